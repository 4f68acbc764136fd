import Foundation
import Platform
import TFLite

/// Places in the checkout that the tests were built from.
public enum Checkout {
  /// The folder with Package.swift.
  public static let root = folder(of: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Returns the folder of a test's source file.
  public static func folder(of file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent()
  }
}

/// The files of the folder `Fixtures`.
public enum Fixtures {
  public static let root = Checkout.root.appending(path: "Fixtures").path
  public static let models = "\(root)/Models"
  public static let malformed = "\(root)/Malformed"
  public static let samples = "\(root)/Samples"

  /// Names of all models, without their extension.
  public static let names = FileSystem.names(in: models).filter { $0.hasSuffix(".tflite") }
    .map { String($0.dropLast(".tflite".count)) }

  /// Returns the path of a model.
  public static func path(_ name: String) -> String { "\(models)/\(name).tflite" }

  public static func open(_ name: String) throws -> ModelFile {
    try ModelFile(openMap(path(name)))
  }
}

/// `MappedFile.init` with untyped errors, for use inside `#expect` and `#require`.
public func openMap(_ path: String) throws -> MappedFile { try MappedFile(path: path) }

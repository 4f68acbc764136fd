import Foundation
import Platform
import TFLite

/// Places in the checkout that the tests were built from.
package enum Checkout {
  /// The folder with Package.swift.
  package static let root = folder(of: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Returns the folder of a test's source file.
  package static func folder(of file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent()
  }
}

/// The files of the folder `Fixtures`.
package enum Fixtures {
  package static let root = Checkout.root.appending(path: "Fixtures").path
  package static let models = "\(root)/Models"
  package static let malformed = "\(root)/Malformed"
  package static let samples = "\(root)/Samples"

  /// Names of all models, without their extension.
  package static let names = FileSystem.names(in: models).filter { $0.hasSuffix(".tflite") }
    .map { String($0.dropLast(".tflite".count)) }

  /// Returns the path of a model.
  package static func path(_ name: String) -> String { "\(models)/\(name).tflite" }

  package static func open(_ name: String) throws -> ModelFile {
    try ModelFile(openMap(path(name)))
  }
}

/// `MappedFile.init` with untyped errors, for use inside `#expect` and `#require`.
package func openMap(_ path: String) throws -> MappedFile { try MappedFile(path: path) }

import Foundation
import Platform

@testable import TFLite

/// Files that these tests read and write.
enum ModelFiles {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let fixtures = tests.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Names of all files in `Fixtures/Models`, without their extension.
  static let names = FileSystem.names(in: fixtures.appending(path: "Models").path)
    .map { String($0.dropLast(".tflite".count)) }

  /// Files that `Tools/record-model-dumps.py` makes: every table and field of the schema.
  static let recorded = ["default_options", "every_option", "every_table"]

  static func path(_ name: String) -> String {
    recorded.contains(name)
      ? tests.appending(path: "Vectors/\(name).tflite").path
      : fixtures.appending(path: "Models/\(name).tflite").path
  }

  static func open(_ name: String) throws -> ModelFile {
    try ModelFile(MappedFile(path: path(name)))
  }

  /// What LiteRT's schema parser says of the file.
  static func goldenDump(_ name: String) throws -> [String] {
    let url = tests.appending(path: "Vectors/Dumps/\(name).txt")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Writes with `writer`, reads the file again and gives both to `body`; leaves nothing behind.
  static func written<Result>(
    _ writer: ModelWriter, _ body: (ModelFile, [UInt8]) throws -> Result
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "TFLiteTests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "model.tflite").path
    let output = try OutputFile(path: path)
    _ = try writer.write(to: output)
    try output.commit(replacing: false)
    let file = try ModelFile(MappedFile(path: path))
    return try body(file, Array(file.bytes))
  }
}

extension ModelFile {
  var dump: [String] { ModelDump(model: model, file: bytes).lines }

  /// The bytes of a buffer.
  func content(_ data: TensorData?) throws -> [UInt8]? {
    guard let data else { return nil }
    return try DataReader(data, file: bytes).withBytes(in: 0..<data.count) { Array($0) }
  }
}

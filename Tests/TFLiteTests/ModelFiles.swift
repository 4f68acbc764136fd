import Platform
import TestSupport

@testable import TFLite

/// Files that these tests read and write.
enum ModelFiles {
  /// Files that `Tools/record-model-dumps.py` makes: every table and field of the schema.
  static let recorded = ["default_options", "every_option", "every_table"]

  static func path(_ name: String) -> String {
    recorded.contains(name) ? Recorded.path("\(name).tflite") : Fixtures.path(name)
  }

  static func open(_ name: String) throws -> ModelFile {
    try ModelFile(MappedFile(path: path(name)))
  }

  /// What LiteRT's schema parser says of the file.
  static func goldenDump(_ name: String) throws -> [String] {
    let text = String(decoding: try Recorded.bytes("Dumps/\(name).txt"), as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }

  /// Writes with `writer`, reads the file again and gives both to `body`; leaves nothing behind.
  static func written<Result>(
    _ writer: ModelWriter, _ body: (ModelFile, [UInt8]) throws -> Result
  ) throws -> Result {
    let workspace = try Workspace()
    let path = workspace.path("model.tflite")
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

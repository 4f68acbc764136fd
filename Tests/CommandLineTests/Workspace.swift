import Foundation

/// A folder of one test with the files that a command reads and writes.
final class Workspace: Sendable {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let fixtures = tests.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static func fixture(_ name: String) -> String {
    fixtures.appending(path: "Models/\(name).tflite").path
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "CommandLineTests-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// A copy of a fixture.
  func copy(_ name: String, as copied: String = "model.tflite") throws -> String {
    try FileManager.default.copyItem(
      atPath: Self.fixture(name), toPath: path(copied))
    return path(copied)
  }

  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: folder.appending(path: name))
    return path(name)
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: path(name)) }

  /// Everything that stands in the folder, sorted.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  /// `text` without what differs from run to run and machine to machine.
  func neutral(_ text: String) -> String {
    text.replacingOccurrences(of: folder.path, with: "<folder>")
      .replacingOccurrences(of: Self.fixtures.path, with: "<fixtures>")
      .replacing(/"seconds": [0-9.e-]+/) { _ in "\"seconds\": 0" }
  }
}

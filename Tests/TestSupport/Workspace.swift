import Foundation

/// A folder of one test with the files that it reads and writes, removed at its end.
///
/// What was mapped from it stays readable.
package final class Workspace: Sendable {
  package let folder: URL

  package init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "optimize-tests-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  package var path: String { folder.path }

  package func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes a file, makes the folders that `name` needs and returns the path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Returns the path of a copy of a fixture.
  package func copy(_ name: String, as copied: String = "model.tflite") throws -> String {
    try FileManager.default.copyItem(atPath: Fixtures.path(name), toPath: path(copied))
    return path(copied)
  }

  package func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  package func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: path(name))
  }

  /// Everything that stands in the folder, sorted.
  package var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

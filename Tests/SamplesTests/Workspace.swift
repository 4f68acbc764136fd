import Foundation
import TFLite

@testable import Samples

/// A folder of one test with the files that it reads.
final class Workspace: Sendable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "SamplesTests-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var path: String { folder.path }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Makes the folders that `name` needs.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  @discardableResult
  func write(_ array: DenseArray, to name: String) throws -> String {
    try write(NpyFile.bytes(of: array), to: name)
  }

  /// Writes an npz file with stored arrays.
  @discardableResult
  func write(_ arrays: [(String, DenseArray)], to name: String) throws -> String {
    try write(
      Archive.bytes(arrays.map { ("\($0).npy", try NpyFile.bytes(of: $1)) }), to: name)
  }

  /// Text of an error without the folder's name.
  func neutral(_ text: String) -> String { text.replacingOccurrences(of: folder.path, with: "<>") }
}

/// A ZIP archive as the format describes it, with stored members.
enum Archive {
  static func bytes(_ members: [(name: String, contents: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in members {
      let facts =
        [20, 0, 0, 0, 0].flatMap { little($0, 2) } + little(checksum(contents), 4)
        + little(contents.count, 4) + little(contents.count, 4) + little(name.utf8.count, 2)
        + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + facts + [UInt8](repeating: 0, count: 10)
      directory += little(file.count, 4) + Array(name.utf8)
      file += little(0x0403_4B50, 4) + facts + Array(name.utf8) + contents
    }
    let count = little(members.count, 2)
    return file + directory + little(0x0605_4B50, 4) + [0, 0, 0, 0] + count + count
      + little(directory.count, 4) + little(file.count, 4) + [0, 0]
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func checksum(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return Int(~crc)
  }
}

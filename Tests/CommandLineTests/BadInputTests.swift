import Foundation
import TestSupport
import Testing

/// Bad input gives an error that names the file, with its exit code: 2 for what files hold, 4 for what
/// cannot be written; nothing is written and nothing is lost. Messages are snapshots.
@Suite struct BadInputTests {
  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Fixtures.malformed)) ?? [])
    .filter { $0 != "README.md" }.sorted()

  @Test func messagesOfMalformedFilesAreRecorded() throws {
    var text = ""
    #expect(Self.files.count >= 60)
    for name in Self.files {
      let run = CapturedRun([
        "quantize", "\(Fixtures.malformed)/\(name)", "--mode", "dynamic", "--dry-run", "--quiet",
      ])
      text += "\(name): exit \(run.code)\n"
      text += run.error.replacingOccurrences(of: Fixtures.root, with: "Fixtures")
    }
    #expect(Snapshot.difference(text, from: "malformed") == nil)
  }

  @Test func aFullDiskLeavesTheOldOutputAsItWas() throws {
    guard let disk = TinyDisk() else { return }
    let output = "\(disk.path)/out.tflite"
    try Data("old".utf8).write(to: URL(fileURLWithPath: output))
    let run = CapturedRun([
      "quantize", Fixtures.path("digits_cnn"), "--mode", "float16", "-o", output, "--force",
    ])
    #expect(run.code == 4)
    #expect(run.error.contains("no space left on device"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["out.tflite"])
  }

  @Test func aReadOnlyFolderIsAnOutputError() throws {
    guard let disk = TinyDisk(options: "ro") else { return }
    let run = CapturedRun([
      "quantize", Fixtures.path("digits_cnn"), "--mode", "dynamic", "-o", "\(disk.path)/o.tflite",
    ])
    #expect(run.code == 4)
    #expect(run.error.contains("read-only file system"))
  }
}

/// A file system of 64 kB in memory, where this process may mount one (the superuser on Linux).
final class TinyDisk {
  let path: String

  init?(options: String = "rw") {
    path = NSTemporaryDirectory() + "optimize-disk-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard Self.run("mount", ["-t", "tmpfs", "-o", "size=64k,\(options)", "tmpfs", path]) else {
      try? FileManager.default.removeItem(atPath: path)
      return nil
    }
  }

  deinit {
    _ = Self.run("umount", [path])
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func run(_ tool: String, _ arguments: [String]) -> Bool {
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

import Foundation
import Testing

/// Bad input gives an error of DESIGN.md's form with its exit code, writes nothing and loses nothing.
/// The contract (CLI.md) judges the codes; messages are snapshots.
@Suite struct BadInputTests {
  /// Files that are readable: their fault is found by a pass (2), or they are sound for us (0, 3).
  static let readable: [String: Int32] = [
    "data_too_small.tflite": 2, "shape_overflow.tflite": 2,
    "negative_dimension.tflite": 2, "operator_order.tflite": 2, "scale_count.tflite": 2,
    "quantized_dimension.tflite": 2, "zero_point_count.tflite": 2,
    "sparse_segments_order.tflite": 2, "sparse_segments_end.tflite": 2,
    "sparse_segments_count.tflite": 2, "sparse_index.tflite": 2, "sparse_no_indices.tflite": 2,
    "sparse_huge.tflite": 2, "sparse_dense_size.tflite": 2, "sparse_traversal.tflite": 2,
    "sparse_block_map.tflite": 2, "sparse_data.tflite": 2,
    // Fields are read as the tag says; what they mean is the runtime's business.
    "union_mismatch.tflite": 3,
    // A broken ZIP is bytes of unknown kind behind a sound model.
    "zip_offset.tflite": 0, "zip_entry_offset.tflite": 0, "zip_truncated.tflite": 0,
  ]

  static let files: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Fixtures.malformed)) ?? [])
    .filter { $0 != "README.md" }.sorted()

  @Test func everyMalformedFileIsListed() { #expect(Self.files.count >= 60) }

  @Test(arguments: files) func malformedFilesAreRefusedAtTheirLevel(name: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(Fixtures.malformed)/\(name)"
    let inspect = CapturedRun(["inspect", path])
    #expect(inspect.code == (Self.readable[name] == nil ? 2 : 0), "\(inspect.error)")
    let report = CapturedRun(["report", path])
    #expect(report.code == inspect.code, "\(report.error)")
    for mode in ["dynamic", "float16"] {
      let run = CapturedRun(["quantize", path, "--mode", mode, "-o", folder.file("out.tflite")])
      let expected = Self.readable[name] ?? 2
      // A sound model is optimized or has nothing to gain.
      #expect(run.code == expected || (expected == 0 && run.code == 3), "\(run.error)")
      if run.code != 0 {
        #expect(run.error.contains("error: "))
        #expect(folder.names.isEmpty)
      }
      try? FileManager.default.removeItem(atPath: folder.file("out.tflite"))
    }
  }

  @Test func messagesOfMalformedFilesAreRecorded() throws {
    var text = ""
    for name in Self.files {
      let run = CapturedRun([
        "quantize", "\(Fixtures.malformed)/\(name)", "--mode", "dynamic", "--dry-run", "--quiet",
      ])
      text += "\(name): exit \(run.code)\n"
      text += run.error.replacingOccurrences(of: Fixtures.root, with: "Fixtures")
    }
    #expect(Snapshot.difference(text, from: "malformed") == nil)
  }

  @Test func aMissingFileIsNamed() {
    let run = CapturedRun(["inspect", "/nowhere/model.tflite"])
    #expect(run.code == 2)
    #expect(
      run.error == "error: '/nowhere/model.tflite' cannot be read: no such file or directory\n")
  }

  @Test func aFolderIsNoModel() throws {
    let folder = try TemporaryFolder()
    let run = CapturedRun(["inspect", folder.path])
    #expect(run.code == 2)
    #expect(run.error.contains("is a directory"))
  }

  @Test func anUnreadableFileIsNamed() throws {
    // The superuser reads everything.
    guard getuid() != 0 else { return #expect(getuid() == 0) }
    let folder = try TemporaryFolder()
    let path = folder.file("secret.tflite")
    try FileManager.default.copyItem(atPath: Fixtures.model("digits_cnn"), toPath: path)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    let run = CapturedRun(["inspect", path])
    #expect(run.code == 2)
    #expect(run.error.contains("permission denied"))
  }

  @Test func aMissingOutputFolderIsAnOutputError() throws {
    let folder = try TemporaryFolder()
    let run = CapturedRun([
      "quantize", Fixtures.model("digits_cnn"), "--mode", "dynamic", "-o",
      folder.file("none/out.tflite"),
    ])
    #expect(run.code == 4)
    #expect(run.error.contains("cannot be written: no such file or directory"))
    #expect(run.error.contains("note: nothing was written"))
  }

  @Test func aFullDiskLeavesTheOldOutputAsItWas() throws {
    guard let disk = TinyDisk() else { return }
    let output = "\(disk.path)/out.tflite"
    try Data("old".utf8).write(to: URL(fileURLWithPath: output))
    let run = CapturedRun([
      "quantize", Fixtures.model("digits_cnn"), "--mode", "float16", "-o", output, "--force",
    ])
    #expect(run.code == 4)
    #expect(run.error.contains("no space left on device"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["out.tflite"])
  }

  @Test func aReadOnlyFolderIsAnOutputError() throws {
    guard let disk = TinyDisk(options: "ro") else { return }
    let run = CapturedRun([
      "quantize", Fixtures.model("digits_cnn"), "--mode", "dynamic", "-o", "\(disk.path)/o.tflite",
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

import Foundation
import TestSupport
import Testing

/// A process that a signal ends leaves nothing behind, and the shell learns which signal it was.
@Suite(.enabled(if: Executable.path != nil)) struct KilledTests {
  private let workspace: Workspace
  private let model: String

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
    // The result stands under its temporary name while it is compared on many samples.
    try workspace.writeZeros(of: 1_000_000, [16, 16, 1], to: "many.npy")
  }

  private func start() throws -> Foundation.Process {
    let process = Foundation.Process()
    process.executableURL = Executable.path.map { URL(fileURLWithPath: $0) }
    process.arguments = [
      "quantize", model, "--mode", "dynamic", "--rep-data", workspace.path("many.npy"),
      "-o", workspace.path("out.tflite"), "--quiet",
    ]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Returns once the temporary file is there.
  private func waitForTemporary(of process: Foundation.Process) throws {
    for _ in 0..<3000 where process.isRunning {
      if workspace.names.contains(where: { $0.contains(".tmp") }) { return }
      usleep(10_000)
    }
    Issue.record("the process wrote no temporary file")
  }

  @Test("SIGINT and SIGTERM remove unfinished files", arguments: [SIGINT, SIGTERM, SIGHUP])
  func signals(signal: Int32) throws {
    let process = try start()
    try waitForTemporary(of: process)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    #expect(workspace.names == ["many.npy", "model.tflite"])
  }

  @Test func `An interrupt writes the best so far where it was asked to`() throws {
    let process = Foundation.Process()
    process.executableURL = Executable.path.map { URL(fileURLWithPath: $0) }
    process.arguments = [
      "auto", model, "--rep-data", "\(Fixtures.samples)/digits.npz:x", "--time", "1h",
      "--write-on-interrupt", "-o", workspace.path("out.tflite"),
    ]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, output)
    try process.run()
    // By then some candidates are there, and many others are not.
    usleep(3_000_000)
    kill(process.processIdentifier, SIGINT)
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(said)")
    #expect(said.contains("left out: interrupted"))
    #expect(workspace.names == ["many.npy", "model.tflite", "out.tflite"])
  }

  @Test func `A pipe without a reader ends the process as SIGPIPE does`() throws {
    let process = Foundation.Process()
    process.executableURL = Executable.path.map { URL(fileURLWithPath: $0) }
    process.arguments = ["inspect", model, "--tensors"]
    let (output, error) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, error)
    try output.fileHandleForReading.close()
    try process.run()
    let said = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGPIPE)
    #expect(said.isEmpty)
  }

  @Test func `What SIGKILL leaves does not disturb the next run`() throws {
    let process = try start()
    try waitForTemporary(of: process)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(workspace.names.count == 3)
    let next = Tool.run(
      "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"))
    #expect(next.code == 0 && workspace.names.contains("out.tflite"))
  }
}

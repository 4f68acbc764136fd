import Foundation
import TestSupport
import Testing

/// Nothing that a user has may be lost: reports never replace a model, and devices stay devices.
/// A report in a model's place is wrong usage (64); one that cannot be written is 4.
@Suite struct ReportPathTests {
  private let workspace: Workspace
  private let model: String
  private let before: Data?

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("bmm")
    before = workspace.bytes("model.tflite")
  }

  /// Names of the input that are not its path's own text.
  private func aliases() throws -> [String] {
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("link.tflite"), withDestinationPath: "model.tflite")
    return [model, workspace.folder.path + "/./model.tflite", workspace.path("link.tflite")]
  }

  @Test func `A report never replaces the input`() throws {
    for alias in try aliases() {
      for report in [["--json=" + alias], ["--html", alias]] {
        for command in [
          ["inspect", model], ["report", model], ["report", Fixtures.path("bmm"), model],
          ["quantize", model, "--mode", "dynamic", "--dry-run"],
          [
            "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--force",
          ],
          ["pipeline", model, "rewrite", "--dry-run"],
        ] {
          let run = Tool.run(command + report)
          #expect(run.code == 64, "\(command) \(report)")
          #expect(workspace.bytes("model.tflite") == before, "\(command) \(report)")
        }
      }
    }
  }

  @Test func `A report never replaces the output`() throws {
    let out = workspace.path("out.tflite")
    for path in [out, workspace.folder.path + "/./out.tflite"] {
      for report in [["--json=" + path], ["--html", path]] {
        let run = Tool.run(
          ["quantize", model, "--mode", "dynamic", "-o", out, "--force"] + report)
        #expect(run.code == 64, "\(report)")
        #expect(workspace.names == ["model.tflite"], "\(report)")
      }
    }
  }

  @Test func `Two reports never go to one file`() {
    let report = workspace.path("report.json")
    let run = Tool.run(
      "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--json",
      report,
      "--html", report)
    #expect(run.code == 64)
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `A report that cannot be written is told truly`() {
    for report in ["no/such/folder/report.json", "."] {
      let run = Tool.run(
        "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--force",
        "--json=" + workspace.path(report))
      #expect(run.code == 4, "\(report)")
      let isWritten = workspace.names.contains("out.tflite")
      #expect(run.error.contains("nothing was written") == !isWritten, "\(report)")
      #expect(!workspace.names.contains { $0.contains(".tmp") })
    }
  }

  @Test func `A pipe is not replaced by a file`() throws {
    let pipe = workspace.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // Someone must read, or whoever opens the pipe waits.
    let descriptor = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(descriptor) }
    for arguments in [
      ["quantize", model, "--mode", "dynamic", "-o", pipe, "--force", "--quiet"],
      ["inspect", model, "--json=" + pipe],
    ] {
      let run = Tool.run(arguments)
      #expect([0, 4, 64].contains(run.code), "\(arguments)")
      let attributes = try FileManager.default.attributesOfItem(atPath: pipe)
      #expect(attributes[.type] as? FileAttributeType != .typeRegular, "\(arguments)")
    }
    #expect(workspace.names == ["model.tflite", "pipe"])
  }

  @Test(
    "Lost output is an error", .enabled(if: Executable.path != nil),
    arguments: [
      ["inspect", "MODEL"], ["inspect", "MODEL", "--json"], ["report", "MODEL", "--json"],
      ["report", "MODEL"], ["quantize", "MODEL", "--mode", "dynamic", "--json", "--quiet"],
    ])
  func lostOutput(arguments: [String]) throws {
    let device = URL(fileURLWithPath: "/dev/full")
    guard FileManager.default.fileExists(atPath: device.path) else { return }
    let run = try Executable.run(
      arguments.map { $0 == "MODEL" ? model : $0 }, in: workspace.folder, output: device)
    #expect(run.code == 4)
    #expect(run.error.contains("no space left on device"))
  }

  @Test(
    "A gate holds for standard output and for a dry run too", .enabled(if: Executable.path != nil))
  func gates() throws {
    let output = workspace.folder.appending(path: "streamed")
    for gate in [["--max-size", "1k"], ["--max-download", "1k"], ["--max-runtime", "1.5.0"]] {
      let run = try Executable.run(
        ["quantize", model, "--mode", "dynamic", "-o", "-"] + gate, in: workspace.folder,
        output: output)
      #expect(run.code == 1 || run.code == 64, "\(gate)")
      #expect(workspace.bytes("streamed")?.isEmpty == true, "\(gate)")
      try FileManager.default.removeItem(at: output)
      let dry = Tool.run(["quantize", model, "--mode", "dynamic", "--dry-run"] + gate)
      #expect(dry.code == 1 || dry.code == 64, "\(gate)")
    }
  }
}

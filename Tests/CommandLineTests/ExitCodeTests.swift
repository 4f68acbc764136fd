import Foundation
import TestSupport
import Testing

/// 0: done; 1: a gate failed; 2: the input cannot be used; 3: nothing to gain; 4: not written;
/// 64: wrong usage. Scripts depend on them.
@Suite struct ExitCodeTests {
  private let workspace: Workspace
  private let model: String

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
  }

  private func quantize(_ arguments: String..., mode: String = "dynamic") -> CapturedRun {
    Tool.run(["quantize", model, "--mode", mode, "-o", workspace.path("out.tflite")] + arguments)
  }

  @Test func `0: done, and the output stands beside the input`() {
    let run = quantize()
    #expect(run.code == 0 && run.output.isEmpty)
    #expect(workspace.names == ["model.tflite", "out.tflite"])
    #expect(Tool.run("inspect", workspace.path("out.tflite")).code == 0)
  }

  @Test func `0: without -o the step stands before the extension`() {
    #expect(Tool.run("quantize", model, "--mode", "float16").code == 0)
    #expect(Tool.run("quantize", model, "--mode", "dynamic").code == 0)
    #expect(Tool.run("pipeline", model, "rewrite").code == 0)
    let names = ["model.dynamic.tflite", "model.float16.tflite", "model.optimized.tflite"]
    #expect(workspace.names == names + ["model.tflite"])
    let steps = ["quantize:mode=dynamic", "quantize:mode=float16", "--force"]
    #expect(Tool.run(["pipeline", model] + steps).code == 0)
    #expect(workspace.names == names + ["model.tflite"])
  }

  @Test func `1: a gate failed and nothing is written`() {
    for gate in [
      ["--max-size", "40k"], ["--max-download", "10kB"], ["--max-runtime", "2.16.0"],
    ] {
      let run = Tool.run(
        ["quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite")] + gate)
      #expect(run.code == 1, "\(gate)")
      #expect(run.error.contains("error: gate \(gate[0].dropFirst(2)) failed"))
      #expect(run.error.contains("nothing was written"))
      #expect(workspace.names == ["model.tflite"])
    }
  }

  @Test func `1: with --write-on-fail the output is written all the same`() {
    for gate in [
      ["--max-size", "40k"], ["--max-download", "10kB"], ["--max-runtime", "2.16.0"],
    ] {
      let run = Tool.run(
        ["quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--force"]
          + ["--write-on-fail"] + gate)
      #expect(run.code == 1, "\(gate)")
      #expect(!run.error.contains("nothing was written"))
      #expect(workspace.names == ["model.tflite", "out.tflite"])
    }
  }

  @Test func `0: gates that are met`() {
    // The official converter states 2.17.0 for this file.
    let run = quantize("--max-size", "50k", "--max-download", "50k", "--max-runtime", "2.17.0")
    #expect(run.code == 0)
    #expect(run.error.contains("max-runtime 2.17.0: 2.17.0 passed"))
    let size = workspace.bytes("out.tflite")?.count ?? 0
    #expect(quantize("--force", "--max-size", "\(size)").code == 0)
    #expect(quantize("--force", "--max-size", "\(size - 1)").code == 1)
  }

  @Test func `2: the input is missing, a folder, or no model`() throws {
    let text = try workspace.write("no model at all", to: "text.tflite")
    for path in [workspace.path("missing.tflite"), workspace.folder.path, text] {
      for command in [
        ["inspect", path], ["report", path],
        ["pipeline", path, "rewrite", "-o", workspace.path("o")],
        ["quantize", path, "--mode", "dynamic", "-o", workspace.path("o")],
      ] {
        let run = Tool.run(command)
        #expect(run.code == 2 && run.output.isEmpty, "\(command)")
        #expect(run.error.hasPrefix("error: '\(path)' "))
      }
    }
    #expect(workspace.names == ["model.tflite", "text.tflite"])
  }

  @Test("2: the input is not readable", .enabled(if: geteuid() != 0, "root reads everything"))
  func unreadable() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: model)
    let run = quantize()
    #expect(run.code == 2 && run.error.contains("cannot be read: permission denied"))
  }

  @Test func `3: nothing to do, and nothing is written`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let run = Tool.run("quantize", half, "--mode", "float16")
    #expect(run.code == 3)
    #expect(run.error.contains("error: nothing to do: no tensor of '\(half)' was changed"))
    #expect(run.error.contains("nothing was written"))
    #expect(workspace.names == ["half.tflite", "model.tflite"])
  }

  @Test func `0: with --allow-unchanged a copy is written`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let run = Tool.run("quantize", half, "--mode", "float16", "--allow-unchanged")
    #expect(run.code == 0)
    #expect(workspace.bytes("half.float16.tflite") == workspace.bytes("half.tflite"))
  }

  @Test func `4: the output's folder does not exist`() {
    for mode in ["dynamic", "float16"] {
      let run = Tool.run(
        "quantize", model, "--mode", mode, "-o", workspace.path("no/such/out.tflite"))
      #expect(run.code == 4)
      #expect(run.error.contains("cannot be written: no such file or directory"))
      #expect(run.error.contains("nothing was written"))
      #expect(workspace.names == ["model.tflite"])
    }
  }

  @Test(
    "4: the output's folder is read-only", .enabled(if: geteuid() != 0, "root writes everywhere"))
  func readOnly() throws {
    let folder = workspace.path("closed")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    }
    let run = Tool.run("quantize", model, "--mode", "dynamic", "-o", folder + "/out.tflite")
    #expect(run.code == 4 && run.error.contains("cannot be written: permission denied"))
  }

  @Test("4: the disk is full", .enabled(if: Executable.path != nil)) func full() throws {
    let device = URL(fileURLWithPath: "/dev/full")
    guard FileManager.default.fileExists(atPath: device.path) else { return }
    let run = try Executable.run(
      ["quantize", model, "--mode", "dynamic", "-o", "-"], in: workspace.folder, output: device)
    #expect(run.code == 4)
    #expect(run.error.contains("cannot be written: no space left on device"))
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `64: an existing output is kept without --force`() throws {
    let old = try workspace.write("precious", to: "out.tflite")
    let run = quantize()
    #expect(run.code == 64 && run.error.contains("'\(old)' exists already"))
    #expect(workspace.bytes("out.tflite") == Data("precious".utf8))
    #expect(quantize("--force").code == 0)
    #expect(workspace.bytes("out.tflite")?.count ?? 0 > 1000)
  }

  @Test func `64: the output is the input, by any name`() throws {
    let before = workspace.bytes("model.tflite")
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("link.tflite"), withDestinationPath: "model.tflite")
    let dotted = workspace.folder.path + "/./model.tflite"
    for path in [model, dotted, workspace.path("link.tflite")] {
      let run = Tool.run("quantize", model, "--mode", "dynamic", "-o", path, "--force")
      #expect(run.code == 64 && run.error.contains("output and input are the same file"))
    }
    #expect(workspace.bytes("model.tflite") == before)
  }

  @Test func `64: the output is a hard link to the input`() throws {
    let hard = workspace.path("hard.tflite")
    try FileManager.default.linkItem(atPath: model, toPath: hard)
    let before = workspace.bytes("model.tflite")
    let run = Tool.run("quantize", model, "--mode", "dynamic", "-o", hard, "--force")
    #expect(run.code == 64)
    #expect(workspace.bytes("model.tflite") == before)
  }
}

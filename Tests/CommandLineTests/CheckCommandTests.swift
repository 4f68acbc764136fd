import Foundation
import TFLiteOptimizer
import TestSupport
import Testing

/// `check`. What the verdicts are is judged by TargetsTests.
@Suite struct CheckCommandTests {
  private let model = Fixtures.path("digits_cnn")

  private func parsed(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `The text counts operators and says what quantization would give`() {
    let run = Tool.run("check", model, "--target", "xnnpack,ethos-u55")
    #expect(run.code == 0 && run.error.isEmpty)
    #expect(
      run.output.contains("\nxnnpack (XNNPACK in LiteRT 2.3, on processors): 9 of 9 operators run"))
    #expect(run.output.contains("\n  int8        9 of 9 would run after 'optimize quantize "))
    #expect(run.output.contains("an input is float32"))
  }

  @Test func `The JSON has a verdict for every operator`() throws {
    let run = Tool.run("check", model, "--target", "edgetpu", "--target", "tflm", "--json")
    #expect(run.code == 0)
    let json = try parsed(run.output)
    #expect(json["schemaVersion"] as? Int == 1)
    let targets = try #require(json["targets"] as? [[String: Any]])
    #expect(targets.compactMap { $0["name"] as? String } == ["edgetpu", "tflm"])
    let verdicts = try #require(targets[0]["verdicts"] as? [[String: Any]])
    #expect(verdicts.count == targets[0]["operators"] as? Int)
    #expect(verdicts.allSatisfy { $0["verdict"] as? String != nil })
    #expect(targets[1]["isFull"] as? Bool == true)
  }

  @Test func `The page shows the graph with a mark for each operator`() throws {
    let workspace = try Workspace()
    let run = Tool.run(
      "check", model, "--target", "xnnpack,gpu", "--html", workspace.path("page.html"))
    #expect(run.code == 0)
    let page = String(decoding: try #require(workspace.bytes("page.html")), as: UTF8.self)
    #expect(page.contains("optimize check") && page.contains("class=\"swatch good\""))
    #expect(page.hasSuffix("</html>\n"))
  }

  @Test func `A required target that does not run everything fails the gate`() {
    let run = Tool.run("check", model, "--target", "ethos-u85", "--require-full")
    #expect(run.code == 1)
    #expect(run.error.contains("require-full"))
    let full = Tool.run("check", model, "--target", "xnnpack", "--require-full", "--quiet")
    #expect(full.code == 0 && full.output.isEmpty)
  }

  @Test func `Rewrites that would help are named, with what they give`() throws {
    let model = Fixtures.path("keyword_1d")
    let run = Tool.run("check", model, "--target", "ethos-u55")
    #expect(run.code == 0)
    #expect(run.output.contains("    runs after wide-steps 2 CONV_2D\n"))
    #expect(
      run.output.contains(
        "\n  after fix   13 of 13, 1 part, quantized to int8, with 'optimize fix \(model) "
          + "--target ethos-u55'"))
    let json = try parsed(Tool.run("check", model, "--target", "ethos-u55", "--json").output)
    let target = try #require((json["targets"] as? [[String: Any]])?.first)
    let after = try #require(target["afterFix"] as? [String: Any])
    #expect(after["runs"] as? Int == 13 && (after["left"] as? [Any])?.isEmpty == true)
    let workspace = try Workspace()
    let fixed = workspace.path("fixed.tflite")
    let fix = Tool.run("fix", model, "--target", "ethos-u55", "-o", fixed)
    #expect(fix.code == 0)
    #expect(fix.error.contains("ethos-u55, quantized to int8: 7 of 9, 2 parts → 13 of 13, 1 part"))
    #expect(fix.error.contains("more for what the target takes"))
    let page = Tool.run("check", model, "--target", "ethos-u55", "--html", workspace.path("p.html"))
    #expect(page.code == 0)
    let text = String(decoding: try #require(workspace.bytes("p.html")), as: UTF8.self)
    #expect(text.contains("13 of 13, 1 part after fix --target ethos-u55"))
  }

  @Test func `Quantization for a target rewrites first what that refuses`() throws {
    let workspace = try Workspace()
    let made = workspace.path("int8.tflite")
    let run = Tool.run(
      "quantize", Fixtures.path("keyword_1d"), "--target", "ethos-u55", "--rep-data",
      Fixtures.samples + "/chirps.npz:x", "-o", made)
    #expect(run.code == 0)
    let check = Tool.run("check", made, "--target", "ethos-u55", "--require-full")
    #expect(check.code == 0 && check.output.contains("13 of 13 operators run, in 1 part"))
  }

  @Test func `Unknown and missing targets are wrong usage`() {
    let unknown = Tool.run("check", model, "--target", "edgtpu")
    #expect(unknown.code == 64)
    #expect(unknown.error.hasPrefix("error: unknown target 'edgtpu'; did you mean 'edgetpu'?"))
    let missing = Tool.run("check", model)
    #expect(missing.code == 64 && missing.error.hasPrefix("error: no target given"))
  }

  @Test func `A model of a container is judged by its name`() {
    let container = "\(Fixtures.root)/Containers/hands.task"
    let several = Tool.run("check", container, "--target", "xnnpack")
    #expect(several.code == 64 && several.error.contains("hand_detector.tflite"))
    let one = Tool.run(
      "check", container, "--target", "xnnpack", "--section", "hand_detector.tflite")
    #expect(one.code == 0 && one.output.contains("operators run"))
  }

  @Test func `The library says what the command line says`() throws {
    let report = try TargetReport(of: .file(model), targets: ["tflm"])
    #expect(report.text == Tool.run("check", model, "--target", "tflm").output)
    #expect(report.results.map(\.isFull) == [true])
    #expect(report.results[0].operators.count == report.results[0].operatorCount)
  }
}

/// `quantize --target`. Judge: `check`, whose verdicts TargetsTests judges.
@Suite struct QuantizeTargetTests {
  private let samples = ["--rep-data", "\(Fixtures.samples)/digits", "--quiet", "--effort", "0"]

  @Test(arguments: ["tflm", "ethos-u55", "edgetpu"])
  func `The result runs on the target as a whole`(target: String) throws {
    let workspace = try Workspace()
    let model = try workspace.copy("digits_cnn")
    let run = Tool.run(
      ["quantize", model, "--target", target, "-o", workspace.path("a.tflite")] + samples)
    #expect(run.code == 0, "\(run.error)")
    let check = Tool.run(
      "check", workspace.path("a.tflite"), "--target", target, "--require-full", "--quiet")
    #expect(check.code == 0, "\(check.error)")
  }

  @Test func `Edge TPU gets one scale for each weight of FULLY_CONNECTED`() throws {
    let workspace = try Workspace()
    let model = try workspace.copy("digits_cnn")
    let run = Tool.run(
      ["quantize", model, "--target", "edgetpu", "-o", workspace.path("a.tflite")] + samples)
    #expect(run.code == 0)
    let tensors = Tool.run("inspect", workspace.path("a.tflite"), "--tensors").output
    #expect(!tensors.contains("int8 [10, 64] constant 640 bytes 10 scales"))
    #expect(tensors.contains("int8 [1, 16, 16, 1]"))
  }

  @Test func `A mode that the target does not compute in is refused`() {
    let run = Tool.run(
      "quantize", Fixtures.path("digits_cnn"), "--mode", "dynamic", "--target", "tflm")
    #expect(run.code == 64)
    #expect(run.error.contains("target 'tflm' does not compute in mode 'dynamic'"))
  }
}

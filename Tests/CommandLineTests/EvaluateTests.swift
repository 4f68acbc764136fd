import Foundation
import TestSupport
import Testing

/// Labels come from the fixtures' archive; top-1 is counted once more from what `run` writes.
@Suite struct EvaluateTests {
  private let workspace: Workspace
  private let model = Fixtures.path("digits_cnn")
  private let dynamic = Fixtures.path("digits_cnn_dynamic")
  private let samples = Fixtures.samples + "/digits.npz:x"
  private let labels = Fixtures.samples + "/digits.npz:y"

  init() throws { workspace = try Workspace() }

  @Test func `Top-1 is what the outputs of run say`() throws {
    let run = Tool.run("evaluate", model, "--rep-data", samples, "--labels", labels, "--json")
    #expect(run.code == 0 && run.error.isEmpty, "\(run.error)")
    let accuracy = try #require(parsed(run.output)["accuracy"] as? [String: Any])
    let top1 = try #require(accuracy["top1"] as? [String: Any])
    #expect(accuracy["classes"] as? Int == 10)
    let count = try #require(accuracy["samples"] as? Int)
    let share = try #require(top1["accuracy"] as? Double)
    let correct = try #require(top1["correct"] as? Int)
    #expect(share == Double(correct) / Double(count))
    let (low, high) = (top1["low"] as? Double ?? 1, top1["high"] as? Double ?? 0)
    #expect(low < share && high <= 1 && low > 0.5)
    let text = Tool.run("evaluate", model, "--rep-data", samples, "--labels", labels)
    #expect(text.output.contains("(\(correct) of \(count); 95 % confidence: "), "\(text.output)")
    #expect(text.output.contains("  top-5  "))
  }

  @Test func `A comparison with labels tells the drop and judges it`() throws {
    let arguments = ["compare", model, dynamic, "--rep-data", samples, "--labels", labels]
    let run = Tool.run(arguments + ["--max-drop", "0.5"])
    #expect(run.code == 0 && run.output.contains("  top-1 "), "\(run.output)\(run.error)")
    let broken = try workspace.brokenClassifier()
    let failed = Tool.run(
      "compare", model, broken, "--rep-data", samples, "--labels", labels, "--max-drop", "0.5")
    #expect(failed.code == 1 && failed.error.contains("gate max-drop failed: "), "\(failed.error)")
    let quantized = Tool.run(
      "quantize", model, "--mode", "dynamic", "--rep-data", samples, "--labels", labels,
      "--max-drop", "1", "-o", workspace.path("o.tflite"), "--json=\(workspace.path("o.json"))")
    #expect(quantized.code == 0 && quantized.error.contains("top-1"), "\(quantized.error)")
    let report = try parsed(#require(workspace.bytes("o.json")))
    let quality = try #require(report["quality"] as? [String: Any])
    #expect((quality["top1"] as? [String: Any])?["drop"] is Double)
  }

  @Test func `Labels that do not match are refused in words`() throws {
    let few = try workspace.write("1\n2\n", to: "few.txt")
    let run = Tool.run("evaluate", model, "--rep-data", samples, "--labels", few)
    #expect(run.code == 2 && run.error.hasPrefix("error: labels do not match: "))
    let folders = Tool.run("evaluate", model, "--rep-data", samples, "--labels", "folders")
    #expect(folders.code == 2 && folders.error.contains("are not in a folder for each class"))
    for missing in [["--rep-data", samples], ["--labels", labels], []] {
      #expect(Tool.run(["evaluate", model] + missing).code == 64)
    }
    #expect(Tool.run("compare", model, dynamic, "--max-drop", "1").code == 64)
    let blind = Tool.run("compare", model, dynamic, "--mean", "1")
    #expect(blind.code == 64 && blind.error.contains("--mean needs representative data"))
  }

  @Test func `Images become inputs, and how is said`() throws {
    var pixels = Array("P5 16 16 255\n".utf8)
    pixels += (0..<256).map { UInt8($0) }
    try Data(pixels).write(to: workspace.folder.appending(path: "a.pgm"))
    let image = workspace.path("a.pgm")
    let run = Tool.run(
      "run", model, "--input", image, "--output", workspace.path("o"), "--std", "16")
    #expect(run.code == 0, "\(run.error)")
    #expect(run.error.contains("note: input 'input': images become gray 16 × 16"))
    #expect(run.error.contains("pixel / 16, as asked for"))
    let compared = Tool.run("compare", model, dynamic, "--rep-data", image)
    #expect(compared.code == 0 && compared.output.contains("(pixel − 127.5) / 127.5, assumed"))
    for wrong in [["--std", "0"], ["--mean", "a"], ["--layout", "nwhc"], ["--scale", "1,2"]] {
      let arguments = ["compare", model, dynamic, "--rep-data", image] + wrong
      #expect(Tool.run(arguments).code == 64)
    }
  }
}

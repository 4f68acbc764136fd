import Foundation
import TestSupport
import Testing

/// `report` of two files, whoever made the second one. The sizes are those of the network: weights
/// take a byte instead of four, biases keep their four.
@Suite struct ReportPairTests {
  private let workspace: Workspace
  private let model = Fixtures.path("digits_cnn")

  init() throws { workspace = try Workspace() }

  @Test func `An int8 file that quantize wrote is compared as a whole`() throws {
    let out = workspace.path("out.tflite")
    let made = Tool.run(
      "quantize", model, "--mode", "int8", "--rep-data", Fixtures.samples + "/digits", "-o", out,
      "--effort", "1", "--quiet")
    #expect(made.code == 0, "\(made.error)")
    let run = Tool.run("report", model, out)
    #expect(run.code == 0)
    #expect(run.output.contains("7 tensors float32 → int8: 144.90 kB → 36.22 kB\n"))
    #expect(run.output.contains("7 tensors float32 → int32: 808 bytes → 808 bytes\n"))
    for word in ["no step", "left alone", "removed", "added"] {
      #expect(!run.output.contains(word), "\(word)")
    }
  }

  @Test func `The JSON names what one file has alone`() throws {
    let report = try parsed(
      Tool.run("report", Fixtures.path("bmm"), Fixtures.path("keyword_1d"), "--json").output)
    let tensors = try #require(report["tensors"] as? [[String: Any]])
    let added = tensors.filter { $0["before"] is NSNull }
    #expect(!added.isEmpty && added.allSatisfy { $0["bytesBefore"] as? Int == 0 })
    let operators = try #require(report["operators"] as? [[String: Any]])
    #expect(operators.contains { $0["before"] is NSNull && $0["after"] is String })
    #expect(operators.contains { $0["after"] is NSNull && $0["before"] is String })
  }

  @Test func `A pruned file has other values`() throws {
    let out = workspace.path("out.tflite")
    #expect(Tool.run("prune", model, "--sparsity", "0.5", "-o", out, "--quiet").code == 0)
    let run = Tool.run("report", model, out)
    #expect(run.output.contains("4 tensors float32: other values, 142.59 kB\n"))
    #expect(run.output.contains("  unchanged    10 float tensors, 3.11 kB\n"))
  }

  @Test(arguments: [
    (["inspect"], ["optimize inspect", "Inputs and outputs", "serving_default", "1×16×16×1"]),
    (
      [
        "evaluate", "--rep-data", Fixtures.samples + "/digits.npz:x", "--labels",
        Fixtures.samples + "/digits.npz:y",
      ], ["optimize evaluate", "<h2>Top-1</h2>", "top-5"]
    ),
  ])
  func `Commands about one file have the page too`(
    arguments: [String], texts: [String]
  ) throws {
    let page = workspace.path("page.html")
    let run = Tool.run([arguments[0], model] + arguments.dropFirst() + ["--html", page])
    #expect(run.code == 0, "\(run.error)")
    let html = String(decoding: try #require(workspace.bytes("page.html")), as: UTF8.self)
    for text in texts { #expect(html.contains(text), "\(text)") }
    #expect(html.utf8.count < 300_000)
  }
}

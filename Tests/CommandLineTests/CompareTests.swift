import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// Keys, exit codes (1 where a gate failed), and figures, whose definitions are computed here once
/// more from what `run` writes: relative L2 is √(Σ error² ÷ Σ reference²), SQNR its −20 log₁₀.
@Suite struct CompareTests {
  private let workspace: Workspace
  private let model = Fixtures.path("digits_cnn")
  private let dynamic = Fixtures.path("digits_cnn_dynamic")
  private let digits = Fixtures.samples + "/digits"

  init() throws { workspace = try Workspace() }

  private func quality(_ run: CapturedRun) throws -> [String: Any] {
    try #require(parsed(run.output)["quality"] as? [String: Any])
  }

  @Test func `A model is exactly like itself`() throws {
    let run = Tool.run("compare", model, model)
    #expect(run.code == 0 && run.error.isEmpty)
    #expect(run.output.contains("compared on 8 random inputs"))
    #expect(run.output.contains("exact  1.00000   100.0 %"))
    let json = try quality(Tool.run("compare", model, model, "--json"))
    #expect(json["random"] as? Bool == true && json["samples"] as? Int == 8)
    let outputs = try #require(json["outputs"] as? [[String: Any]])
    #expect(outputs[0]["relativeL2"] as? Double == 0 && outputs[0]["sqnr"] is NSNull)
    #expect((json["worstOperators"] as? [Any])?.isEmpty == true)
  }

  @Test func `Figures are those of the outputs that run writes`() throws {
    var (error, signal, greatest) = (0.0, 0.0, 0.0)
    for name in try FileManager.default.contentsOfDirectory(atPath: digits).sorted() {
      var values: [[Float]] = []
      for path in [model, dynamic] {
        let run = Tool.run(
          "run", path, "--input", "\(digits)/\(name)", "--output", workspace.path("o"), "--force")
        #expect(run.code == 0)
        values.append(try workspace.array("o/0.npy").floats)
      }
      for (a, b) in zip(values[0], values[1]) {
        let difference = Double(a) - Double(b)
        error += difference * difference
        signal += Double(a) * Double(a)
        greatest = max(greatest, abs(difference))
      }
    }
    let run = Tool.run("compare", model, dynamic, "--rep-data", digits, "--json")
    let json = try quality(run)
    #expect(json["samples"] as? Int == 10 && json["random"] as? Bool == false)
    let output = try #require((json["outputs"] as? [[String: Any]])?.first)
    #expect(output["name"] as? String == "output_0")
    let found = try ["maxAbs", "relativeL2", "sqnr"].map { try #require(output[$0] as? Double) }
    let expected = [greatest, (error / signal).squareRoot(), 10 * log10(signal / error)]
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-9 * abs(b)) }
    #expect(output["argmaxAgreement"] as? Double == 1)
    #expect(try #require(output["cosine"] as? Double) > 0.9999)
  }

  @Test func `The JSON has the keys of the contract, on standard output or in a file`() throws {
    let file = workspace.path("quality.json")
    let run = Tool.run("compare", model, dynamic, "--rep-data", digits, "--json", file)
    #expect(run.code == 0 && run.output.contains("compared on 10 samples"))
    let report = try parsed(#require(workspace.bytes("quality.json")))
    #expect(report["schemaVersion"] as? Int == 1 && report["exitCode"] as? Int == 0)
    let output = try #require(report["output"] as? [String: Any])
    #expect(output["path"] as? String == dynamic && output["sha256"] is String)
    let quality = try #require(report["quality"] as? [String: Any])
    for key in ["samples", "outputs", "worstOperators"] { #expect(quality[key] != nil) }
    for list in ["outputs", "worstOperators"] {
      let rows = try #require(quality[list] as? [[String: Any]])
      #expect(!rows.isEmpty)
      for key in ["name", "maxAbs", "relativeL2", "sqnr", "cosine", "argmaxAgreement"] {
        #expect(rows.allSatisfy { $0[key] != nil }, "\(list).\(key)")
      }
    }
    let quiet = Tool.run("compare", model, dynamic, "--quiet")
    #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
  }

  @Test func `Gates pass and fail`() throws {
    let passing = [
      ["--max-error", "0.01"], ["--min-sqnr", "60"], ["--min-agreement", "100"],
      ["--max-error", "1", "--min-sqnr", "-5", "--min-agreement", "0"],
    ]
    for gates in passing {
      let run = Tool.run(["compare", model, dynamic, "--rep-data", digits] + gates)
      #expect(run.code == 0 && run.error.isEmpty, "\(gates): \(run.error)")
    }
    for (gate, limit) in [("max-error", "1e-6"), ("min-sqnr", "100")] {
      let run = Tool.run(
        "compare", model, dynamic, "--rep-data", digits, "--\(gate)", limit, "--json")
      #expect(run.code == 1)
      #expect(run.error.hasPrefix("error: gate \(gate) failed: "))
      #expect(run.error.contains("limit \(limit)"))
      let report = try parsed(run.output)
      #expect(report["exitCode"] as? Int == 1)
      let gates = try #require(report["gates"] as? [[String: Any]])
      #expect(gates.map { $0["name"] as? String } == [gate])
      #expect(gates.map { $0["passed"] as? Bool } == [false])
    }
    // One value has no argmax, so nothing says that the gate is met.
    let two = Fixtures.path("two_signatures")
    let blind = Tool.run("compare", two, two, "--min-agreement", "50", "--quiet")
    #expect(blind.code == 1 && blind.error.contains("unknown: no output has rows of values"))
  }

  @Test func `NaN in the second model fails, whatever the gates`() throws {
    let broken = try workspace.brokenClassifier()
    let run = Tool.run("compare", model, broken, "--rep-data", digits)
    #expect(run.code == 1)
    #expect(run.output.contains("100 NaN or infinite") && !run.output.contains("  exact"))
    #expect(
      run.error == "error: gate finite failed: 100 in 'output_0', limit no NaN or infinity\n")
    let json = try quality(Tool.run("compare", model, broken, "--rep-data", digits, "--json"))
    let output = try #require((json["outputs"] as? [[String: Any]])?.first)
    #expect(output["notFinite"] as? Int == 100)
    // In the first it is no fault of the second, but it is told.
    let reversed = Tool.run("compare", broken, model, "--rep-data", digits)
    #expect(reversed.code == 0)
    #expect(reversed.error.contains("warning: 100 values of 'output_0' left out: NaN or infinite"))
  }

  @Test func `What random inputs cannot tell is said`() throws {
    let ids = Fixtures.path("embedding_gather")
    let run = Tool.run("compare", ids, ids)
    #expect(run.code == 0 && run.error.contains("random inputs are all zeros for 'ids' (int32)"))
    let json = try parsed(Tool.run("compare", ids, ids, "--json").output)
    #expect((json["warnings"] as? [String])?.count == 1)
    let two = Fixtures.path("two_signatures")
    #expect(Tool.run("compare", two, two).error.contains("signatures compare, encode; only"))
    #expect(Tool.run("compare", two, two, "--signature", "encode").error.isEmpty)
  }

  @Test func `Inputs and outputs are matched by name, whatever their order`() throws {
    let names = ["two_signatures", "huge_values"]
    for name in names {
      let swapped = try workspace.edited(name) { model in
        model.subgraphs[0].inputs?.reverse()
        model.subgraphs[0].outputs?.reverse()
      }
      let run = Tool.run("compare", Fixtures.path(name), swapped, "--max-error", "0")
      #expect(run.code == 0, "\(name): \(run.output)\(run.error)")
    }
    // Without names the order counts, and so do shapes.
    let unnamed = try workspace.edited("huge_values") { model in
      model.subgraphs[0].outputs?.reverse()
      model.signatures = []
      for index in model.subgraphs[0].tensors.indices {
        model.subgraphs[0].tensors[index].name = nil
      }
    }
    let run = Tool.run("compare", Fixtures.path("huge_values"), unnamed)
    #expect(run.code == 2 && run.error.contains("has shape [1, 40] in the first and [1, 32] in"))
  }

  @Test func `Models that do not match are refused, and the right one is named`() {
    for (other, message) in [
      (Fixtures.path("two_signatures"), "they have 1 and 2 inputs"),
      (Fixtures.path("huge_values"), "they have 1 and 2 outputs"),
      (
        Fixtures.path("keyword_1d"),
        "input 'input' has shape [1, 16, 16, 1] in the first and [1, 800, 1] in the second"
      ),
      (Fixtures.path("nothing"), "nothing.tflite' cannot be read"),
      (Fixtures.malformed + "/version_2.tflite", "version_2.tflite' has schema version 2"),
    ] {
      let run = Tool.run("compare", model, other)
      #expect(run.code == 2 && run.output.isEmpty, "\(other)")
      #expect(run.error.contains(message), "\(run.error)")
    }
  }

  @Test func `Samples that are missing or do not fit are refused`() throws {
    try workspace.makeFolder("empty")
    let nan = try workspace.write(samples: [
      .ramp([16, 16, 1]), .floats([Float](repeating: .infinity, count: 256), [16, 16, 1]),
    ])
    for (path, message) in [
      (workspace.path("missing"), "missing' cannot be read: no such file or directory"),
      (workspace.path("empty"), "empty' has no samples"), (nan, "1.npy' for input 'input' has NaN"),
      (Fixtures.samples + "/chirps.npz", "chirps.npz:x' has shape [20, 800, 1]"),
    ] {
      let run = Tool.run("compare", model, dynamic, "--rep-data", path)
      #expect(run.code == 2 && run.output.isEmpty && run.error.contains(message), "\(run.error)")
    }
  }

  @Test func `Samples are limited, and the page has the figures`() throws {
    let page = workspace.path("page.html")
    let run = Tool.run(
      "compare", model, dynamic, "--rep-data", Fixtures.samples + "/digits.npz", "--max-samples",
      "7", "--html", page)
    #expect(run.code == 0 && run.output.contains("compared on 7 samples"))
    let text = String(decoding: try #require(workspace.bytes("page.html")), as: UTF8.self)
    #expect(text.contains("Both models ran on 7 samples") && text.contains("output_0"))
  }
}

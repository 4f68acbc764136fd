import Foundation
import TFLite
import TestSupport
import Testing

/// `quantize` with samples: JSON keys and exit codes, 1 where a gate failed; `compare` judges the
/// figures.
@Suite struct QualityTests {
  private let workspace: Workspace
  private let model: String
  private let digits = Fixtures.samples + "/digits"

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
  }

  /// Samples only measure: with more effort they choose integers too.
  private func quantize(_ arguments: String..., samples: String? = nil) -> CapturedRun {
    Tool.run(
      [
        "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--rep-data",
        samples ?? digits, "--effort", "0",
      ] + arguments)
  }

  @Test func `The report has a line for each output`() throws {
    let run = quantize()
    #expect(run.code == 0)
    let pattern =
      #/\n  quality      'output_0' on 10 samples: [0-9.]+ dB, rel. L2 [0-9.e-]+, cosine 1.00000, /#
    #expect(run.error.contains(pattern), "\(run.error)")
    let ids = try workspace.write(samples: [.ints([0, 1, 2, 3, 4, 5], [6])], to: "ids")
    let two = Tool.run(
      "quantize", Fixtures.path("embedding_gather"), "--mode", "dynamic", "--rep-data", ids,
      "--effort", "0", "-o", workspace.path("two.tflite"))
    #expect(two.code == 0 && two.error.contains("quality      'vectors' on 1 sample: "))
    #expect(two.error.contains("\n               'gathered' on 1 sample: "))
  }

  @Test("Weights that are not finite are named in every mode, and fail a gate")
  func notFinite() throws {
    let broken = try workspace.edited("digits_cnn") { model in
      let filter = Int(model.subgraphs[0].operators[0].inputs?[1] ?? 0)
      let count = model.subgraphs[0].tensors[filter].elementCount ?? 0
      let nan = [UInt8](
        of: [Float](repeating: .nan, count: 1) + [Float](repeating: 1, count: count - 1))
      model.subgraphs[0].tensors[filter].name = "broken filter"
      model.subgraphs[0].tensors[filter].buffer = model.append(.bytes(nan))
    }
    for step in [
      ["quantize", "--mode", "float16"], ["quantize", "--mode", "dynamic"],
      ["quantize", "--mode", "int8", "--rep-data", digits], ["prune", "--sparsity", "0.5"],
      ["cluster", "--clusters", "16"],
    ] {
      let run = Tool.run([step[0], broken] + step.dropFirst() + ["--dry-run"])
      let warning =
        "warning: weights have NaN or infinity, so results mean nothing: 'broken filter'\n"
      #expect(run.error.components(separatedBy: warning).count == 2, "\(step): \(run.error)")
    }
    let gated = Tool.run(
      "quantize", broken, "--mode", "dynamic", "--rep-data", digits, "--min-sqnr", "-100", "-o",
      workspace.path("gated.tflite"))
    #expect(
      gated.code == 1 && gated.error.contains("gate finite-weights failed: in 'broken filter'"))
    #expect(workspace.bytes("gated.tflite") == nil)
  }

  @Test func `Pruning adds no biases where the file would grow by them`() throws {
    let values = (0..<2048).map { Float(($0 * 37) % 101) / 50 - 1 }
    let samples = try workspace.write(.floats(values, [4, 8, 8, 8]), to: "batch.npy")
    let source = Fixtures.path("transpose_conv_prelu")
    let run = Tool.run(
      "prune", source, "--sparsity", "0.5", "--rep-data", samples, "-o", workspace.path("p.tflite"))
    #expect(run.code == 0, "\(run.error)")
    let written = try #require(workspace.bytes("p.tflite"))
    let before = try #require(FileManager.default.contents(atPath: source))
    #expect(written.count <= before.count)
  }

  @Test func `The JSON has what compare finds in the written file`() throws {
    let report = try parsed(quantize("--json", "--quiet").output)
    let compared = Tool.run(
      "compare", model, workspace.path("out.tflite"), "--rep-data", digits, "--json")
    let (mine, theirs) = (report["quality"], try parsed(compared.output)["quality"])
    let first = try #require(mine as? NSDictionary)
    #expect(first == (theirs as? NSDictionary))
    #expect(first["samples"] as? Int == 10)
    let worst = try #require(first["worstOperators"] as? [[String: Any]])
    #expect(worst.first?["operator"] is String)
  }

  @Test func `A page has the table`() throws {
    #expect(quantize("--html", workspace.path("page.html"), "--quiet").code == 0)
    let page = String(decoding: try #require(workspace.bytes("page.html")), as: UTF8.self)
    #expect(page.contains("<section id=\"quality\"") && page.contains("output_0"))
    #expect(page.contains("Tensors inside that differ most"))
  }

  @Test func `Gates that are met`() {
    let run = quantize("--max-error", "0.01", "--min-sqnr", "50", "--min-agreement", "100")
    #expect(run.code == 0)
    for gate in ["max-error 0.01", "min-sqnr 50 dB", "min-agreement 100 %: 100 %"] {
      #expect(run.error.contains("gate         \(gate)"), "\(run.error)")
    }
    #expect(workspace.bytes("out.tflite") != nil)
  }

  @Test func `A failed gate is exit 1, and nothing is written unless asked for`() {
    for gate in [["--max-error", "1e-6"], ["--min-sqnr", "100"]] {
      let arguments = [
        "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--rep-data",
        digits, "--force",
      ]
      let run = Tool.run(arguments + gate)
      #expect(run.code == 1 && run.error.contains("note: nothing was written"))
      #expect(workspace.names == ["model.tflite"])
      let kept = Tool.run(arguments + gate + ["--write-on-fail"])
      #expect(kept.code == 1 && kept.error.contains("FAILED"))
      #expect(workspace.names == ["model.tflite", "out.tflite"])
      try? FileManager.default.removeItem(atPath: workspace.path("out.tflite"))
    }
  }

  @Test func `A dry run measures all the same`() {
    let run = quantize("--dry-run")
    #expect(run.code == 0 && run.error.contains("quality      'output_0' on 10 samples"))
    #expect(quantize("--dry-run", "--max-error", "1e-6").code == 1)
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `Gates and choices of samples need samples`() {
    for option in [
      ["--max-error", "1"], ["--min-sqnr", "1"], ["--min-agreement", "1"], ["--max-samples", "1"],
      ["--signature", "serving_default"], ["--labels", "folders"], ["--max-drop", "1"],
      ["--mean", "1"], ["--color", "bgr"],
    ] {
      let run = Tool.run(["quantize", model, "--mode", "dynamic"] + option)
      #expect(run.code == 64 && run.error.contains("\(option[0]) needs representative data"))
      #expect(run.error.contains("--rep-data DIR"))
    }
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `Samples that cannot be used are told before anything is written`() throws {
    try workspace.makeFolder("empty")
    let text = try workspace.write("text", to: "text.csv")
    for (path, message) in [
      (workspace.path("missing"), "cannot be read: no such file or directory"),
      (workspace.path("empty"), "has no samples"), (text, "it has no numbers"),
      (Fixtures.samples + "/chirps.npz", "has shape [20, 800, 1]"),
    ] {
      let run = quantize(samples: path)
      #expect(run.code == 2 && run.error.hasPrefix("error: "), "\(run.error)")
      #expect(run.error.contains(message))
      // No report: the work was not begun.
      #expect(!run.error.contains("  size "))
      #expect(workspace.bytes("out.tflite") == nil)
    }
    let broken = try workspace.write(samples: [
      .ramp([16, 16, 1]), .floats([Float](repeating: .nan, count: 256), [16, 16, 1]),
    ])
    #expect(quantize(samples: broken).code == 2)
    #expect(workspace.names == ["empty", "model.tflite", "samples", "text.csv"])
  }

  @Test func `A model that cannot be run is refused before the work`() throws {
    let unknown = try workspace.unknownOperators()
    let run = Tool.run(
      "quantize", unknown, "--mode", "float16", "--rep-data", digits, "-o",
      workspace.path("out.tflite"))
    #expect(run.code == 2 && run.error.contains("there is no kernel for ShinyLayer"))
    #expect(workspace.names == ["edited.tflite", "model.tflite"])
  }

  @Test func `Gates hold for an unchanged copy too`() throws {
    let half = Fixtures.path("digits_cnn_float16")
    let arguments = [
      "quantize", half, "--mode", "float16", "--allow-unchanged", "-o", workspace.path("copy"),
    ]
    #expect(Tool.run(arguments + ["--max-size", "10k"]).code == 1)
    #expect(workspace.names == ["model.tflite"])
    let exact = Tool.run(arguments + ["--rep-data", digits, "--max-error", "0"])
    #expect(exact.code == 0 && exact.error.contains("'output_0' on 10 samples: exact"))
    #expect(workspace.names == ["copy", "model.tflite"])
  }

  @Test("Standard output gets the model", .enabled(if: Executable.path != nil))
  func streams() throws {
    let output = workspace.folder.appending(path: "streamed.tflite")
    let run = try Executable.run(
      ["quantize", "-", "--mode", "dynamic", "--rep-data", digits, "--effort", "0"],
      in: workspace.folder,
      input: model, output: output)
    #expect(run.code == 0 && run.error.contains("quality      'output_0' on 10 samples"))
    #expect(quantize().code == 0)
    #expect(workspace.bytes("streamed.tflite") == workspace.bytes("out.tflite"))
  }
}

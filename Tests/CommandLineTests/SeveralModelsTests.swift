import Foundation
import TestSupport
import Testing

/// One command on several models: the same bytes as one by one, one report, and all files checked
/// before work begins.
@Suite struct SeveralModelsTests {
  private let workspace: Workspace
  private let models: [String]
  private var out: String { workspace.path("out") }

  init() throws {
    let folder = try Workspace()
    models = try ["digits_cnn", "bmm", "sequence_lstm"].map { name in
      try folder.copy(name, as: "\(name).tflite")
    }
    workspace = folder
  }

  private func parsed(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("Each model gets the bytes that it gets alone", arguments: [1, 2, 5])
  func bytes(threads: Int) throws {
    let run = Tool.run(
      ["quantize"] + models
        + [
          "--mode", "dynamic", "--output-dir", out, "--threads", "\(threads)", "--allow-unchanged",
        ]
        + ["--json", "--markdown", workspace.path("s.md")])
    #expect(run.code == 0, "\(run.error)")
    let report = try parsed(run.output)
    let found = try #require(report["models"] as? [[String: Any]])
    #expect(found.count == 3 && report["exitCode"] as? Int == 0)
    let page = String(decoding: try #require(workspace.bytes("s.md")), as: UTF8.self)
    for (index, model) in models.enumerated() {
      let name = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
      let alone = workspace.path("alone.tflite")
      let single = Tool.run(
        "quantize", model, "--mode", "dynamic", "-o", alone, "--force", "--allow-unchanged")
      #expect(single.code == 0)
      #expect(workspace.bytes("out/\(name).dynamic.tflite") == workspace.bytes("alone.tflite"))
      let input = try #require(found[index]["input"] as? [String: Any])
      #expect(input["path"] as? String == model)
      #expect(found[index]["exitCode"] as? Int == 0 && found[index]["gates"] is [Any])
      #expect(page.contains("| \(name.replacing("_", with: "\\_")).tflite → "))
    }
    // Words come in the order of the models, whatever is done first.
    let places = models.map { run.error.range(of: "\($0) → ")?.lowerBound }
    #expect(places.compactMap { $0 }.sorted() == places.compactMap { $0 } && !places.contains(nil))
    #expect(run.error.contains("3 of 3 models: "))
  }

  @Test func `Without a folder results stand beside their models, also those of pipelines`() {
    let run = Tool.run(
      ["pipeline"] + models + ["rewrite", "quantize:mode=float16", "--allow-larger", "--quiet"])
    #expect(run.code == 0 && run.error.isEmpty, "\(run.error)")
    for model in models {
      let name = URL(fileURLWithPath: model).deletingPathExtension().lastPathComponent
      #expect(workspace.names.contains("\(name).optimized.tflite"))
    }
  }

  @Test func `A model that fails does not stop the others, and the worst code counts`() throws {
    let text = try workspace.write("no model", to: "text.tflite")
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let missing = workspace.path("missing.tflite")
    let run = Tool.run(
      "quantize", half, text, missing, models[0], "--mode", "float16", "--output-dir", out,
      "--json", "--quiet")
    #expect(run.code == 2)
    #expect(
      workspace.names.contains("out") && workspace.bytes("out/digits_cnn.float16.tflite") != nil)
    let report = try parsed(run.output)
    let found = try #require(report["models"] as? [[String: Any]])
    #expect(found.map { $0["exitCode"] as? Int } == [3, 2, 2, 0])
    #expect(found.map { $0["error"] is String } == [true, true, true, false])
    #expect(found.allSatisfy { ($0["input"] as? [String: Any])?["path"] is String })
    #expect(report["exitCode"] as? Int == 2)
    for path in [half, text, missing] { #expect(run.error.contains("'\(path)'"), "\(run.error)") }
    let gate = Tool.run(
      ["quantize"] + models
        + ["--mode", "dynamic", "--dry-run", "--max-size", "40k", "--allow-unchanged"])
    #expect(gate.code == 1 && gate.error.contains("error: gate max-size failed"))
    for path in [[models[0]], models] {
      let none = Tool.run(
        ["quantize"] + path + ["--mode", "dynamic", "--max-size", "1", "--output-dir"]
          + [workspace.path("new")])
      #expect(none.code == 1 && !workspace.names.contains("new"))
    }
    let single = Tool.run(
      "quantize", models[0], "--mode", "dynamic", "--output-dir", workspace.path("new"))
    #expect(single.code == 0 && workspace.bytes("new/digits_cnn.dynamic.tflite") != nil)
  }

  @Test func `Files are checked before any model is read`() throws {
    let again = try workspace.makeFolderWithModel()
    let other = Tool.run("quantize", models[0], again, "--mode", "dynamic", "--output-dir", out)
    #expect(other.code == 64 && other.error.contains("would replace another one"))
    let base = ["quantize"] + models + ["--mode", "dynamic"]
    for (arguments, code, message) in [
      (base + ["-o", workspace.path("x")], 64, "-o names one file, but there are 3 models"),
      (base + ["-o", "x", "--output-dir", out], 64, "-o names one file"),
      (base + ["--html", workspace.path("x")], 64, "--html is for one model"),
      (base + ["--save-plan", workspace.path("x")], 64, "--save-plan is for one model"),
      (base + ["--output-dir", models[0]], 64, "is a file, not a folder"),
      (base + ["--output-dir", workspace.path("no/such")], 4, "cannot be written"),
      (base + ["--json", "--markdown", "-"], 64, "would go to standard output"),
      (base + ["-"], 64, "unexpected argument '-'"),
      (["quantize", "-", models[0], "--mode", "dynamic"], 64, "cannot be one of several"),
      (base + ["nothing"], 64, "unexpected argument 'nothing'"),
      (base + ["--json=" + models[1], "--force"], 64, "would replace the input"),
      (
        ["quantize", models[0], "--mode", "dynamic", "-o", "x", "--output-dir", out], 64, "exclude"
      ),
    ] as [([String], Int, String)] {
      let names = workspace.names
      let run = Tool.run(arguments)
      #expect(Int(run.code) == code && run.error.contains(message), "\(arguments) \(run.error)")
      #expect(workspace.names == names)
    }
    try workspace.makeFolder("out")
    let old = try workspace.write("precious", to: "out/bmm.dynamic.tflite")
    let kept = Tool.run(base + ["--output-dir", out])
    #expect(kept.code == 64 && kept.error.contains("'\(old)' exists already"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: out) == ["bmm.dynamic.tflite"])
    #expect(Tool.run(base + ["--output-dir", out, "--force", "--allow-unchanged"]).code == 0)
  }
}

extension Workspace {
  /// Returns a model in a folder of its own that is named as another one.
  fileprivate func makeFolderWithModel() throws -> String {
    try makeFolder("other")
    return try copy("bmm", as: "other/digits_cnn.tflite")
  }
}

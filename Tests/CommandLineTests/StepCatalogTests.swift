import Foundation
import Pipelines
import Platform
import TFLite
import TestSupport
import Testing

@testable import OptimizeCLI
@testable import Optimizer

/// A step is one file and one line: `ToyStep` is known to nothing but its line in `withToy`, and every
/// place that lists, takes or reports steps is judged by whether it knows it.
@Suite struct StepCatalogTests {
  private static let model = Fixtures.path("digits_cnn")

  private func run(_ arguments: String...) -> CapturedRun {
    CapturedRun(arguments, catalog: .withToy)
  }

  private func word(_ path: String) throws -> String? {
    try ModelFile(MappedFile(path: path)).model.description?.description
  }

  @Test func `A pipeline runs it, and reports say so`() throws {
    let folder = try Workspace()
    let output = folder.path("o.tflite")
    let done = run(
      "pipeline", Self.model, "toy:word=hello", "quantize:mode=float16", "-o", output,
      "--json=" + folder.path("r.json"), "--html", folder.path("r.html"), "--save-recipe",
      folder.path("steps.json"))
    #expect(done.code == 0, "\(done.error)")
    #expect(try word(output) == "hello")
    let data = try Data(contentsOf: URL(filePath: folder.path("r.json")))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let steps = try #require(json["steps"] as? [[String: Any]])
    #expect(steps.first?["name"] as? String == "toy")
    #expect(steps.first?["options"] as? [String: String] == ["word": "hello"])
    let page = try String(contentsOfFile: folder.path("r.html"), encoding: .utf8)
    #expect(page.contains("word=hello"))
    let recipe = try String(contentsOfFile: folder.path("steps.json"), encoding: .utf8)
    #expect(recipe.contains("\"toy\"") && recipe.contains("\"word\": \"hello\""))
    let again = run(
      "pipeline", Self.model, "--recipe", folder.path("steps.json"), "-o", folder.path("p.tflite"))
    #expect(again.code == 0, "\(again.error)")
    #expect(
      FileManager.default.contentsEqual(atPath: output, andPath: folder.path("p.tflite")))
  }

  @Test func `It is a command with its options, in help and completions`() throws {
    let folder = try Workspace()
    let input = folder.path("m.tflite")
    try FileManager.default.copyItem(atPath: Self.model, toPath: input)
    let done = run("toy", input, "--word", "hi")
    #expect(done.code == 0, "\(done.error)")
    #expect(try word(folder.path("m.toy.tflite")) == "hi")
    #expect(run("help", "toy").output.contains("--word WORD"))
    #expect(run("help").output.contains("\n  toy "))
    for shell in ["bash", "zsh", "fish"] {
      #expect(run("completions", shell).output.contains("word"))
    }
  }

  @Test func `Lists, errors and STEPS.md name it`() {
    #expect(run("passes").output.contains("describe            write a word"))
    #expect(!CapturedRun(["passes"]).output.contains("describe"))
    let typo = run("pipeline", Self.model, "tyo")
    #expect(typo.code == 64 && typo.error.contains("did you mean 'toy'?"))
    #expect(typo.error.contains("toy:word=hello"))
    #expect(run("pipeline", Self.model, "toy:wrod=x").error.contains("did you mean 'word'?"))
    let text = StepDocument.text(of: .withToy)
    #expect(text.contains("\n## toy\n"))
    #expect(text.contains("| `word` | `--word` | `WORD` | `toy` | what the description says |"))
  }

  @Test(
    "A pass that breaks the model is a bug, and nothing is written",
    arguments: [
      ("shape", "subgraphs[0].tensors[0].shape: a dimension is -3"),
      ("index", "subgraphs[0].operators[0].inputs[0]: tensor 1000 does not exist (there are 25)"),
    ])
  func broken(harm: String, problem: String) throws {
    let folder = try Workspace()
    let done = run(
      "pipeline", Self.model, "toy:harm=\(harm)", "quantize:mode=dynamic", "-o",
      folder.path("o.tflite"), "--allow-larger", "--write-on-fail")
    #expect(done.code == 70)
    #expect(
      done.error == """
        error: pass 'describe' broke the model: \(problem)
        note: this is a bug in optimize; nothing was written

        """)
    #expect(folder.names.isEmpty)
  }

  @Test(
    "Options are read from what is printed",
    arguments: [
      "prune:sparsity=0.5", "prune:sparsity=0.25,scope=global,depthwise=true,skip-last=true",
      "prune:pattern=2:4,encode-sparse=true", "cluster:clusters=32",
      "cluster:clusters=8,per-channel=true,preserve-zero=true,weighted=true",
      "quantize:mode=float16,allow-fp16-compute=true", "quantize:mode=dynamic,weights-only=true",
      "quantize:mode=int8,symmetric-activations=true,range=mse,bias-correction=false,io=int8,io=x=uint8",
      "quantize:mode=int16x8,effort=0,strict=true,per-tensor=true", "rewrite",
    ])
  func roundTrip(text: String) throws {
    #expect(try StepCatalog.all.step(text).text == text)
  }

  @Test func `STEPS.md says what the catalog says`() {
    let path = URL(fileURLWithPath: Fixtures.root).deletingLastPathComponent()
      .appendingPathComponent("STEPS.md")
    #expect(Snapshot.difference(StepDocument.text(of: .all), at: path) == nil)
  }
}

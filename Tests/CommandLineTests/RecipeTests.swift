import Foundation
import Optimizer
import Pipelines
import TFLite
import TFLiteOptimizer
import TestSupport
import Testing

@testable import OptimizeCLI

/// Steps of a recipe are those of the command line; unknown ones are errors.
@Suite struct RecipeTests {
  static let steps = [
    "cluster:clusters=16,shared-codebook=true,entropy=true",
    "quantize:mode=int8,effort=1,range=percentile:99.9,io=int8",
  ]

  @Test func aSavedRecipeHasTheSameSteps() throws {
    let folder = try Workspace()
    let steps = try Self.steps.map { try StepCatalog.all.step($0) }
    let path = folder.path("recipe.json")
    try (Recipe(steps: steps).json.text + "\n").write(
      toFile: path, atomically: true, encoding: .utf8)
    #expect(try Recipe(path, .all).steps.map(\.text) == steps.map(\.text))
  }

  @Test func recipesAreWrittenAndGiveTheSameBytes() throws {
    let folder = try Workspace()
    let model = Fixtures.path("digits_cnn")
    let (first, second) = (folder.path("a.tflite"), folder.path("b.tflite"))
    let recipe = folder.path("recipe.json")
    let run = Tool.run(
      "pipeline", model, "cluster:clusters=8,shared-codebook", "quantize:mode=dynamic", "-o", first,
      "--save-recipe", recipe)
    #expect(run.code == 0, "\(run.error)")
    let again = Tool.run("pipeline", model, "--recipe", recipe, "-o", second)
    #expect(again.code == 0, "\(again.error)")
    #expect(try Data(contentsOf: URL(filePath: first)) == Data(contentsOf: URL(filePath: second)))
    let text = try String(contentsOfFile: recipe, encoding: .utf8)
    #expect(text.contains("\"clusters\": 8") && text.contains("\"shared-codebook\": true"))
  }

  @Test func `Samples of a signature serve the steps of a pipeline too`() throws {
    let workspace = try Workspace()
    let model = Fixtures.path("two_signatures")
    let rows = (0..<16 * 48).map { Float($0 * 7919 % 101) / 101 }
    let samples = try workspace.write(.floats(rows, [16, 48]), to: "samples.npy")
    for (name, words) in [
      ("one", ["quantize", model, "--mode", "int8"]),
      ("two", ["pipeline", model, "quantize:mode=int8"]),
    ] {
      let run = Tool.run(
        words + ["--rep-data", samples, "--signature", "encode", "-o", workspace.path(name)])
      #expect(run.code == 0, "\(run.error)")
    }
    #expect(workspace.bytes("one") != nil && workspace.bytes("one") == workspace.bytes("two"))
  }

  @Test func `Ranges take in the samples of all signatures that have some`() throws {
    let workspace = try Workspace()
    let model = Fixtures.path("two_signatures")
    let rows = (0..<16 * 48).map { Float($0 * 7919 % 101) / 101 }
    let one = try workspace.write(.floats(rows, [16, 48]), to: "one.npy")
    let both = try workspace.write(
      ["left": .floats(rows, [16, 48]), "right": .floats(rows.reversed(), [16, 48])], to: "both.npz"
    )
    func quantize(_ name: String, _ arguments: String...) -> CapturedRun {
      Tool.run(
        ["quantize", model, "--mode", "int8", "--json", "-o", workspace.path(name)] + arguments)
    }
    let joined = quantize("joined", "--rep-data", "encode=\(one)", "--rep-data", "compare=\(both)")
    #expect(joined.code == 0, "\(joined.error)")
    #expect(joined.error.contains("only 'encode' was compared"))
    // What calibrate gathers on each of them is the same.
    for (key, path) in [("encode", one), ("compare", both)] {
      let run = Tool.run(
        "calibrate", model, "--rep-data", "\(key)=\(path)", "-o", workspace.path(key))
      #expect(run.code == 0, "\(run.error)")
    }
    let files = [
      "--calibration", workspace.path("encode"), "--calibration", workspace.path("compare"),
    ]
    let added = Tool.run(
      ["quantize", model, "--mode", "int8", "--effort", "0", "-o", workspace.path("added")] + files)
    let plain = Tool.run(
      ["quantize", model, "--mode", "int8", "--effort", "0", "--rep-data", "encode=\(one)"]
        + ["--rep-data", "compare=\(both)", "--holdout", "0", "-o", workspace.path("plain")])
    #expect(added.code == 0 && plain.code == 0, "\(added.error)\(plain.error)")
    #expect(workspace.bytes("added") != nil && workspace.bytes("added") == workspace.bytes("plain"))
    let file = try ModelFile(openMap(workspace.path("joined")))
    for subgraph in file.model.subgraphs {
      #expect(subgraph.tensors.contains { $0.type == .int8 && file.model.data(of: $0) == nil })
    }
  }

  @Test(arguments: [
    (["--rep-data", "encode=a", "--rep-data", "b"], "some --rep-data name a signature"),
    (["--rep-data", "encode=a", "--rep-data", "encode=b"], "has samples twice"),
    (["--rep-data", "encode=a", "--signature", "encode"], "named twice"),
    (["--rep-data", "encode=a", "--rep-data", "compare=b", "--range", "ema"], "range 'ema'"),
  ])
  func samplesOfSignaturesAreNamedOnce(_ arguments: [String], _ message: String) {
    let run = Tool.run(
      ["quantize", Fixtures.path("two_signatures"), "--mode", "int8", "--dry-run"] + arguments)
    #expect(run.code == 64 && run.error.contains(message), "\(run.error)")
    let compared = Tool.run(
      "compare", Fixtures.path("two_signatures"), Fixtures.path("two_signatures"), "--rep-data",
      "encode=a", "--rep-data", "compare=b")
    #expect(compared.code == 64 && compared.error.contains("one signature"), "\(compared.error)")
  }

  @Test(arguments: [
    ("{", "is not JSON"),
    ("[]", "is not an object"),
    ("{\"steps\": []}", "has no steps"),
    ("{\"version\": 2, \"steps\": [{\"step\": \"rewrite\"}]}", "'version' is not 1"),
    ("{\"step\": []}", "unknown key 'step'"),
    ("{\"steps\": [{\"clusters\": 3}]}", "steps[0]: has no 'step' with a name"),
    ("{\"steps\": [{\"step\": \"rewrite\"}, {\"step\": \"clutser\"}]}", "steps[1]: unknown step"),
    (
      "{\"steps\": [{\"step\": \"cluster\", \"clusterz\": 3}]}",
      "steps[0]: step 'cluster' has no option 'clusterz'; did you mean 'clusters'?"
    ),
    ("{\"steps\": [{\"step\": \"cluster\", \"clusters\": {}}]}", "'clusters' is not a text"),
    ("{\"steps\": [{\"step\": \"cluster\", \"clusters\": 1}]}", "number of clusters must be"),
  ])
  func whatIsWrongIsSaidWithItsPlace(_ text: String, _ message: String) throws {
    let folder = try Workspace()
    let path = folder.path("recipe.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let run = Tool.run("pipeline", Fixtures.path("digits_cnn"), "--recipe", path)
    #expect(run.code == 64)
    #expect(run.error.contains("recipe '\(path)'") && run.error.contains(message), "\(run.error)")
  }
}

import Foundation
import Optimizer
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

  @Test(arguments: [
    ("{", "is no JSON"),
    ("[]", "is no object"),
    ("{\"steps\": []}", "has no steps"),
    ("{\"version\": 2, \"steps\": [{\"step\": \"rewrite\"}]}", "'version' is not 1"),
    ("{\"step\": []}", "unknown key 'step'"),
    ("{\"steps\": [{\"clusters\": 3}]}", "steps[0]: has no 'step' with a name"),
    ("{\"steps\": [{\"step\": \"rewrite\"}, {\"step\": \"clutser\"}]}", "steps[1]: unknown step"),
    (
      "{\"steps\": [{\"step\": \"cluster\", \"clusterz\": 3}]}",
      "steps[0]: step 'cluster' has no option 'clusterz'; did you mean 'clusters'?"
    ),
    ("{\"steps\": [{\"step\": \"cluster\", \"clusters\": {}}]}", "'clusters' is no text"),
    ("{\"steps\": [{\"step\": \"cluster\", \"clusters\": 1}]}", "no number of clusters"),
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

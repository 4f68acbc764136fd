import Foundation
import TFLiteOptimizer
import TestSupport
import Testing

/// The library and the command line are two ways to one result. Judge: the command line's file, whose
/// content other tests judge.
@Suite struct LibraryTests {
  private static let samples = "\(Fixtures.samples)/digits"

  @Test(arguments: [
    ["rewrite"], ["quantize:mode=float16"], ["cluster:clusters=16", "quantize:mode=dynamic"],
    ["quantize:mode=int8,effort=1"],
  ])
  func `A job writes the bytes that the command line writes`(steps: [String]) throws {
    let workspace = try Workspace()
    let model = try workspace.copy("digits_cnn")
    let run = Tool.run(
      ["pipeline", model] + steps + ["--rep-data", Self.samples, "-o", workspace.path("a.tflite")])
    #expect(run.code == 0)
    let job = OptimizationJob(
      model: .file(model), steps: steps.map { OptimizationStep($0) },
      samples: .files(Self.samples))
    let outcome = try job.run()
    try outcome.write(to: workspace.path("b.tflite"))
    let bytes = try #require(workspace.bytes("a.tflite"))
    #expect(bytes == workspace.bytes("b.tflite"))
    #expect(outcome.report.sizeAfter == bytes.count)
    #expect(try outcome.bytes() == [UInt8](bytes))
  }

  @Test func `A recipe of a job is one of the command line`() throws {
    let workspace = try Workspace()
    let model = try workspace.copy("digits_cnn")
    let job = OptimizationJob(
      model: .file(model),
      steps: [.cluster(16, options: ["shared-codebook": "true"]), .quantize(.dynamic)])
    let recipe = try workspace.write(try job.recipe(), to: "recipe.json")
    let again = OptimizationJob(model: .file(model), steps: try OptimizationStep.recipe(recipe))
    let run = Tool.run("pipeline", model, "--recipe", recipe, "-o", workspace.path("a.tflite"))
    #expect(run.code == 0)
    let bytes = try [UInt8](#require(workspace.bytes("a.tflite")))
    #expect(try job.run().bytes() == bytes && again.run().bytes() == bytes)
  }

  @Test func `Refusals have the words of the command line`() throws {
    let workspace = try Workspace()
    let model = try workspace.copy("digits_cnn_dynamic")
    let run = Tool.run(
      "quantize", model, "--mode", "dynamic", "-o", workspace.path("a.tflite"))
    #expect(run.code == 3)
    let outcome = try OptimizationJob(model: .file(model), steps: [.quantize(.dynamic)]).run()
    #expect(outcome.verdict == .unchanged)
    let refusal = #expect(throws: OptimizationError.self) {
      try outcome.write(to: workspace.path("a.tflite"))
    }
    let words = try #require(refusal)
    #expect(run.error.contains("error: \(words.message)\n"))
    #expect(words.notes.allSatisfy { run.error.contains("note: \($0)\n") })
    #expect(workspace.names == ["model.tflite"])
  }
}

import Evaluation
import FlatBuffers
import Pipelines
import TFLite

@testable import Optimizer

/// A step that only tests know: it writes a word into the description of the model. One file, and one
/// line in the catalog of the tests.
struct ToyStep: Step {
  var word = "toy"
  var harm: Harm?

  /// How the pass breaks the model.
  enum Harm: String, CaseIterable, Sendable {
    case shape, index
  }

  static let name = "toy"
  static let summary = "write a word into the description"
  static let example = "toy:word=hello"
  static let passes: [any Pass.Type] = [ToyPass.self]
  static let command: StepCommand? = StepCommand(usage: "--word WORD", examples: [])
  static let options: [StepOption<ToyStep>] = [
    .text(
      "word", "WORD", "what the description says", texts: { [$0.word] },
      set: { (step: inout ToyStep, text: String) throws(StepFault) in step.word = text }),
    .choice("harm", \.harm, "leave a model that cannot run"),
  ]

  var suffix: String { "toy" }

  func passes(on samples: CalibrationSource) -> [any Pass] { [ToyPass(step: self)] }
}

struct ToyPass: Pass {
  static let name = "describe"
  static let summary = "write a word into the description"

  let step: ToyStep

  func run(on model: inout Model, in job: inout Job) throws {
    model.description = Text(step.word)
    job.log.countChange(of: TensorID(0, 0))
    switch step.harm {
    case .shape: model.subgraphs[0].tensors[0].shape = [-3]
    case .index: model.subgraphs[0].operators[0].inputs?[0] = 1000
    case nil: break
    }
  }
}

extension StepCatalog {
  static let withToy = StepCatalog(StepCatalog.all.steps + [ToyStep.self])
}

import Evaluation
import TFLite

/// Quantizes as `quantize` does, and trains weights and biases under the integers that are written
/// (quantization-aware training). The float model is the teacher: it needs no labels.
///
/// Helps where plain quantization costs accuracy: int4 weights, and after pruning in the same run. The
/// trained weights are kept if the outputs get nearer to the float model's on held-out samples.
package struct FinetuneStep: Step, Equatable {
  /// What is written.
  package private(set) var quantize: QuantizeStep

  package init() { quantize = Self.quantize(.int8) }

  package static let name = "finetune"
  package static let summary = "train the quantized model on samples, without labels, and write it"
  package static let example = "finetune:mode=int8"
  package static let passes: [any Pass.Type] = [LiftIntegers.self, StaticInteger.self]

  package static let command: StepCommand? = StepCommand(
    usage: "--rep-data DIR",
    examples: [
      "finetune model.tflite --rep-data samples",
      "finetune model.tflite --rep-data samples --weights int4 --steps 8000",
      "pipeline model.tflite prune:sparsity=0.7 finetune:mode=int8 --rep-data samples",
    ], rank: 3)

  package static let options: [StepOption<Self>] = [
    .text(
      "mode", "MODE", "int8 or int16x8 (default int8)", texts: { [$0.quantize.mode.rawValue] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let mode = IntegerMode(rawValue: text),
          let chosen = QuantizeStep.Mode(rawValue: mode.rawValue)
        else {
          let names = IntegerMode.allCases.map(\.rawValue)
          throw StepFault("unknown mode '\(text)'", help: "modes: \(names.joined(separator: ", "))")
        }
        step.quantize = Self.quantize(chosen)
      }
    ).leading(),
    QuantizeStep.weightsOption.of(\.quantize),
    .text(
      "steps", "N",
      "steps of training; by default as many as a budget of time allows, at most 4000",
      texts: { $0.training.steps.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let steps = Int(text), (1...1_000_000).contains(steps) else {
          throw StepFault("steps must be from 1 to 1000000, not '\(text)'")
        }
        step.training.steps = steps
      }
    ).withoutDefault(),
    .text(
      "learning-rate", "R",
      "size of the first steps, relative to the weights; by default what suits the bits",
      texts: { $0.training.rate.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let rate = Double(text), rate > 0, rate <= 1 else {
          throw StepFault("learning-rate must be above 0 and at most 1, not '\(text)'")
        }
        step.training.rate = rate
      }
    ).withoutDefault(),
  ]

  private static func quantize(_ mode: QuantizeStep.Mode) -> QuantizeStep {
    var step = QuantizeStep(mode: mode)
    step.integer?.training = TrainingOptions()
    return step
  }

  private var training: TrainingOptions {
    get { quantize.integer?.training ?? TrainingOptions() }
    set { quantize.integer?.training = newValue }
  }

  package var suffix: String { "\(quantize.suffix).tuned" }

  package var needs: StepNeeds {
    StepNeeds(
      samples: StepFault(
        "finetune needs samples", help: "pass a folder with --rep-data DIR; labels are not needed"))
  }

  package func passes(on samples: CalibrationSource) -> [any Pass] { quantize.passes(on: samples) }

  package func result(in job: Job) -> (any StepResult)? { quantize.result(in: job) }
}

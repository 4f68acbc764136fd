import Evaluation
import TFLite
import Training

/// Trains weights and biases on samples, and writes the model: under the integers that are written
/// (quantization-aware training), or in floats, which repairs what pruning and clustering cost. The
/// float model is the teacher: labels are not needed, and help where there are some.
///
/// In a pipeline a step without a mode trains under what comes behind it: `finetune
/// quantize:mode=int8` is quantization-aware training with all options of `quantize`.
///
/// Helps where plain quantization costs accuracy: int4 weights, and after pruning in the same run. The
/// trained weights are kept if they do better on held-out samples, without labels by a tenth.
package struct FinetuneStep: Step, Equatable {
  /// What is written; nil for floats.
  package private(set) var quantize: QuantizeStep?
  private var training = TrainingOptions() {
    didSet { quantize?.training = training }
  }

  /// Whether the mode or the bits of weights were given.
  private var isComplete = false
  /// Whether the step behind this one does the work.
  private var isJoined = false

  package init() { quantize = quantize(.int8) }

  package static let name = "finetune"
  package static let summary = "train on samples, with or without labels, quantized or in floats"
  package static let example = "finetune:mode=int8"
  package static let passes: [any Pass.Type] = [
    LiftIntegers.self, StaticInteger.self, DynamicRange.self, FloatTraining.self,
  ]

  package static let command: StepCommand? = StepCommand(
    usage: "--rep-data DIR",
    examples: [
      "finetune model.tflite --rep-data samples",
      "finetune model.tflite --rep-data photos --labels folders --weights int4 --time 10m",
      "pipeline model.tflite prune:sparsity=0.7 finetune:mode=int8 --rep-data samples",
    ], rank: 3)

  package static let variants: [Self] = {
    var floats = Self()
    floats.quantize = nil
    var dynamic = Self()
    dynamic.quantize = dynamic.quantize(.dynamic)
    return [Self(), dynamic, floats]
  }()

  package static let options: [StepOption<Self>] = [
    .text(
      "mode", "MODE",
      "int8, int16x8, dynamic, or float, which trains without quantization (default int8)",
      texts: { [$0.quantize?.mode.rawValue ?? "float"] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        if text == "float" {
          step.quantize = nil
        } else if let mode = QuantizeStep.Mode(rawValue: text), mode != .float16 {
          step.quantize = step.quantize(mode)
        } else {
          let names = IntegerMode.allCases.map(\.rawValue) + ["dynamic", "float"]
          throw StepFault("unknown mode '\(text)'", help: "modes: \(names.joined(separator: ", "))")
        }
      }
    ).leading(),
    QuantizeStep.weightsOption.of(\.quantized),
    .text(
      "steps", "N",
      "steps of training; by default as many as a budget of time allows, at most 4000",
      texts: { $0.training.steps.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.steps = try number(text, of: "steps", in: 1...1_000_000)
      }
    ).withoutDefault(),
    .text(
      "epochs", "N", "how often each sample is seen, in place of steps",
      texts: { $0.training.epochs.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.epochs = try number(text, of: "epochs", in: 1...100_000)
      }
    ).withoutDefault(),
    .text(
      "time", "TIME", "how long to train, such as 90s, 10m or 2h, in place of steps",
      texts: { $0.training.seconds.map { ["\(Int($0))s"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.seconds = try seconds(text)
      }
    ).withoutDefault(),
    .text(
      "batch", "N", "mixtures of two samples in a step", texts: { ["\($0.training.batch)"] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.batch = try number(text, of: "batch", in: 1...4096)
      }
    ),
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
    .text(
      "loss", "LOSS",
      "auto; kl: probabilities of the float model; cross-entropy: labels alone; mse: values",
      texts: { [$0.training.loss.rawValue] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.loss = try choice(text, of: "loss", plural: "losses")
      }
    ),
    .text(
      "optimizer", "adam|sgd", "adam, or sgd with momentum", texts: { [$0.training.rule.rawValue] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.rule = try choice(text, of: "optimizer")
      }
    ),
    .text(
      "augment", "WHAT",
      "what samples become by chance; repeatable. Images: flip, crop. Sound: shift, gain",
      texts: { $0.training.augmentations.map(\.rawValue) },
      set: { (step: inout Self, text: String) throws(StepFault) in
        let found: Augmentation = try choice(text, of: "augmentation")
        if !step.training.augmentations.contains(found) {
          step.training.augmentations.append(found)
        }
      }
    ).withoutDefault().repeatable(),
    .text(
      "seed", "N", "another one draws other mixtures", texts: { ["\($0.training.seed)"] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.seed = try number(text, of: "seed", in: 0...1_000_000)
      }
    ),
    .text(
      "validation", "DIR|FRACTION",
      "samples that decide what is kept: a share of them, or others; by default the held-out ones",
      texts: { $0.training.validation.map { [$0.text] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.validation = try validation(text)
      }
    ).withoutDefault(),
    .text(
      "validation-labels", "WHERE",
      "their classes, as --labels takes them, where --labels has those of the others in order",
      texts: { $0.training.validationLabels.map { [$0] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.validationLabels = text
      }
    ).withoutDefault(),
    .text(
      "teacher", "FILE",
      "the float model that a quantized, pruned or clustered one was made from",
      texts: { $0.training.teacher.map { [$0] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in step.training.teacher = text }
    ).withoutDefault(),
    .text(
      "checkpoint", "FILE", "keeps the state of training, from which a stopped run goes on",
      texts: { $0.training.checkpoint.map { [$0] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.training.checkpoint = text
      }
    ).withoutDefault(),
  ]

  private static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ text: String, of option: String, plural: String? = nil
  ) throws(StepFault) -> Value {
    guard let value = Value(rawValue: text) else {
      let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw StepFault("unknown \(option) '\(text)'", help: "\(plural ?? option + "s"): \(names)")
    }
    return value
  }

  private static func number(
    _ text: String, of option: String, in range: ClosedRange<Int>
  ) throws(StepFault) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw StepFault(
        "\(option) must be from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
    }
    return number
  }

  private static func validation(
    _ text: String
  ) throws(StepFault) -> TrainingOptions.Validation {
    guard let share = Double(text) else { return .path(text) }
    guard share > 0, share < 1 else {
      throw StepFault(
        "'\(text)' is not a share of samples: above 0, below 1",
        help: "validation takes a share, such as 0.2, or a folder of samples")
    }
    return .share(share)
  }

  package static func seconds(_ text: String) throws(StepFault) -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()),
      number > 0, number.isFinite
    else { throw StepFault("time must be such as 90s, 10m or 2h, not '\(text)'") }
    return number * unit
  }

  private func quantize(_ mode: QuantizeStep.Mode) -> QuantizeStep {
    var step = QuantizeStep(mode: mode)
    step.training = training
    return step
  }

  /// The quantization of weights; without effect on floats.
  private var quantized: QuantizeStep {
    get { quantize ?? QuantizeStep(mode: .int8) }
    set { if quantize != nil { quantize = newValue } }
  }

  package mutating func check(_ given: GivenOptions) throws(StepFault) {
    isComplete = given.has("mode") || given.has("weights")
    if training.steps != nil, training.epochs != nil {
      throw StepFault("steps and epochs say the same: give one of them")
    }
    if training.validationLabels != nil {
      guard case .path = training.validation else {
        throw StepFault("validation-labels belongs to a folder or file of --validation samples")
      }
    }
    if quantize == nil, given.has("weights") {
      throw StepFault("weights belongs to integers, not to mode 'float'")
    }
  }

  package var suffix: String { quantize.map { "\($0.suffix).tuned" } ?? "tuned" }

  package var needs: StepNeeds {
    var needs = StepNeeds(
      samples: StepFault(
        "finetune needs samples", help: "pass a folder with --rep-data DIR; labels are not needed"))
    if case .path(let path) = training.validation {
      needs.validation = .init(path: path, labels: training.validationLabels)
    }
    needs.teacher = training.teacher
    return needs
  }

  package func joined(with next: any Step) -> (any Step, any Step)? {
    guard !isComplete, var next = next as? QuantizeStep else { return nil }
    var own = self
    guard next.mode != .float16 || next.integer != nil else {
      own.quantize = nil
      return (own, next)
    }
    next.training = training
    own.isJoined = true
    return (own, next)
  }

  package func passes(on samples: CalibrationSource) -> [any Pass] {
    guard !isJoined else { return [] }
    return quantize?.passes(on: samples) ?? [FloatTraining(training, samples: samples)]
  }

  package func result(in job: Job) -> (any StepResult)? {
    guard !isJoined else { return nil }
    return quantize?.result(in: job) ?? job.findings[FinetuneResult.self]
  }
}

extension TrainingOptions.Validation {
  /// The value as `--validation` takes it.
  fileprivate var text: String {
    switch self {
    case .share(let share): "\(share)"
    case .path(let path): path
    }
  }
}

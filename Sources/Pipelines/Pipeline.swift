import Evaluation
import Fixes
import Optimizer
import Platform
import TFLite

/// Runs the steps on a model: checks it, decodes its constants, runs each step's passes, and tidies up.
///
/// Pure: the same input and steps give the same model, whatever the number of threads.
package struct Pipeline {
  package let steps: [any Step]
  package let options: RunOptions
  package let selection: Selection
  package let samples: CalibrationSource

  package init(
    _ steps: [any Step], options: RunOptions, selection: Selection = Selection(),
    samples: CalibrationSource = CalibrationSource()
  ) {
    var steps = steps
    for index in steps.indices.dropLast() {
      guard let (first, second) = steps[index].joined(with: steps[index + 1]) else { continue }
      (steps[index], steps[index + 1]) = (first, second)
    }
    self.steps = Self.prepared(steps, samples)
    var options = options
    options.reference = steps.reference
    self.options = options
    self.selection = selection
    self.samples = samples
  }

  /// Adds before quantization for a target the rewriting of what that refuses. Never where a plan or
  /// an earlier step decides, and where statistics know only the tensors of the input.
  private static func prepared(
    _ steps: [any Step], _ samples: CalibrationSource
  ) -> [any Step] {
    let hasFix = steps.contains { ($0 as? FixStep)?.target != nil }
    guard !hasFix else { return steps }
    return steps.flatMap { step -> [any Step] in
      guard let quantize = step as? QuantizeStep, quantize.plan == nil,
        let target = quantize.target, quantize.integer == nil || samples.hasSamples
      else { return [step] }
      return [FixStep(preparingFor: target), step]
    }
  }

  /// Steps with passes find weights as constants, even after an earlier step has encoded them.
  static let firstPasses: [any Pass] = [FoldConstants()]
  /// The passes at the end of a run.
  static let lastPasses: [any Pass] = [
    RestoreConstants(), EncodeSparse(), UpdateVersions(), RemoveUnused(),
  ]

  /// The record of one step.
  package struct Record: Sendable {
    package let step: any Step
    package let seconds: Double
    /// Constants whose encoding the step changed.
    package let changes: Int
    /// Size of the file before and after the step alone.
    package let bytesBefore: Int
    package fileprivate(set) var bytesAfter: Int
    /// The step's findings apart from the model.
    package let result: (any StepResult)?
  }

  package struct Outcome {
    package let model: Model
    package let log: ChangeLog
    package let records: [Record]
    /// Whether a pass changed something, or the user asked for a rewrite.
    package let isChanged: Bool
    /// Names of weights and biases of the input that have NaN or infinity.
    package let nonFinite: [String]
    /// The serialization of `model`, ready to be written.
    package let writer: ModelWriter

    /// The findings of the steps, in their order.
    package var results: [any StepResult] { records.compactMap(\.result) }

    /// What the steps trained, in their order.
    package var trainings: [CalibrationSummary.Training] {
      results.compactMap { ($0 as? any CalibratedResult)?.calibration?.training }
    }

    /// The samples that the steps used, and warnings about them; nil if no step used samples.
    package var calibration: CalibrationSummary? {
      results.compactMap { ($0 as? any CalibratedResult)?.calibration }.last
    }
  }

  /// Throws `ModelFault`, `OptimizerFault`, `PassFault`, `VerificationFault` for a model that no
  /// runtime would load, or what reading the file throws.
  package func run(on file: ModelFile) throws -> Outcome {
    var state = State(
      model: file.model,
      job: Job(file: file, options: options, selection: selection))
    var records: [Record] = []
    var bytes = file.bytes.count
    var nonFinite: [String] = []
    if steps.count > 1 || !steps.allSatisfy(\.isRewrite) {
      try state.model.checkRunnable()
      try state.model.refuseCompiled()
      var decoded = state
      try decoded.run(Self.firstPasses)
      nonFinite = try decoded.job.nonFiniteWeights(of: decoded.model)
    }
    for (index, step) in steps.enumerated() {
      let start = Clock.now()
      let stage = ProgressStage(step.name)
      defer { stage.end() }
      let before = state.job.log.changes + state.job.log.rewrites
      let passes = step.passes(on: samples)
      if !passes.isEmpty { try state.run(Self.firstPasses + passes) }
      let changes = state.job.log.changes + state.job.log.rewrites - before
      if changes == 0, (step as? FixStep)?.isPreparation == true { continue }
      let isLast = index == steps.count - 1
      let after = isLast ? bytes : try state.tidied().writer(of: file).count
      records.append(
        Record(
          step: step, seconds: Clock.now() - start, changes: changes, bytesBefore: bytes,
          bytesAfter: after, result: step.result(in: state.job)))
      bytes = after
    }
    var isChanged = state.job.isChanged
    if state.job.isUnfinished {
      let tidy = try state.tidied()
      isChanged = tidy.job.isChanged
      if isChanged { state = tidy }
    }
    if !isChanged {
      state.model = file.model
    } else if let fault = state.model.unloadable, file.model.unloadable == nil {
      throw VerificationFault(what: fault)
    }
    let writer = ModelWriter(state.model, of: file, threads: options.threads)
    if !records.isEmpty { records[records.count - 1].bytesAfter = writer.count }
    return Outcome(
      model: state.model, log: state.job.log, records: records,
      isChanged: isChanged || steps.contains(where: \.isRewrite), nonFinite: nonFinite,
      writer: writer)
  }

  private struct State {
    var model: Model
    var job: Job

    /// Runs passes in order; each must leave a runnable model. For 10,000 operators the check takes
    /// 1.2 ms.
    mutating func run(_ passes: [any Pass]) throws {
      for pass in passes {
        do {
          try pass.run(on: &model, in: &job)
          try model.checkEdited()
        } catch let fault as ModelFault {
          // The model that came in was checked: what contradicts itself now was made here.
          throw PassFault(pass: type(of: pass).name, cause: fault)
        }
      }
    }

    func tidied() throws -> State {
      var tidy = self
      try tidy.run(Pipeline.lastPasses)
      return tidy
    }

    func writer(of file: ModelFile) -> ModelWriter { ModelWriter(model, of: file) }
  }
}

/// A pass left a model that is not runnable: a bug of the pass, whatever the input.
package struct PassFault: Error, Equatable, Sendable {
  /// The pass's name.
  package let pass: String
  package let cause: ModelFault

  package init(pass: String, cause: ModelFault) {
    self.pass = pass
    self.cause = cause
  }
}

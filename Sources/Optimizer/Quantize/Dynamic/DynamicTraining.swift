import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import Training

/// Trains weights that the file holds as integers, and biases, while activations stay float: gradients move
/// the floats behind the integers. The float model says what is right, so no labels are needed.
struct DynamicTraining {
  /// The model with corrected biases, whose weights are float.
  let model: Model
  let weights: [PlannedWeight]
  let teacher: Teacher
  let samples: TrainingSamples
  let options: TrainingOptions
  let job: Job

  /// Integers and biases, and what held-out samples say of them.
  struct Trained {
    let rounded: [TensorID: WeightRounding.Rounded]
    let biases: [TensorID: [Float]]
    let summary: CalibrationSummary.Training
    /// The operators at which gradients ended.
    let ends: [String]
  }

  /// Returns what training makes; nil where nothing can be trained.
  func trained() throws -> Trained? {
    let ends = Probes.tensors(of: model, signature: job.options.signature)
    guard let first = samples.order.first, !samples.check.isEmpty,
      let outputs = TrainingOutputs(ends, of: model).flatMap(teacher.known)
    else { return nil }
    let student = try stored(model, [:], [:])
    let targets = try PlannedTarget.targets(of: weights, in: model, student: student, job)
    let variables = TrainedWeight.variables(of: targets.map(\.trained))
    let elements = variables.flatMap(\.ids).reduce(0) { $0 + (student[$1].elementCount ?? 0) }
    let isCoarse = job.log.hasOtherValues || targets.contains { $0.trained.encoding.bits != .eight }
    let labelShare = try options.labelShare(hasLabels: samples.source.classes != nil)
    guard !targets.isEmpty,
      Trainer.byteCount(elements: elements, isChecked: true) <= job.options.memory.gradients,
      let schedule = options.schedule(
        cost: try RunCost.of(
          job.file.with(model), samples.source.sample(first), job.interpreter),
        samples: samples.order.count, labelShare: labelShare,
        rate: TrainingOptions.rate(isCoarse: isCoarse, labelShare: labelShare))
    else { return nil }
    let all = outputs.all
    let features =
      teacher.isOwn
      ? []
      : targets.compactMap(\.output).filter {
        $0.subgraph == outputs.main && !all.contains($0)
      }
    let probes = TrainingProbes(
      all, features: features, of: model, loss: options.loss,
      hasLabels: samples.source.classes != nil)
    guard !probes.probes.isEmpty else { return nil }
    let trainer = Trainer(
      reference: teacher.file, student: job.file.with(student), variables: variables,
      probes: teacher.known(probes.probes), options: job.interpreter, samples: samples.source,
      order: samples.order)
    let judge = try TrainingJudge(
      teacher, outputs, probes: probes.probes, schedule: schedule, on: samples, job.interpreter)
    func loss(_ found: TrainedValues?) throws -> Double {
      let (rounded, biases) = found.map { values(of: targets, $0) } ?? ([:], [:])
      return try judge.loss(
        of: RoundedModel(
          job.file.with(stored(model, rounded, biases)), lanes: samples.check.count,
          job.interpreter), [:])
    }
    guard let outcome = try trainer.outcome(schedule, check: HeldOutCheck { try loss($0) }) else {
      return nil
    }
    let found = values(of: targets, outcome.trained)
    return Trained(
      rounded: found.rounded, biases: found.biases,
      summary: .init(
        outcome, samples: samples.order.count, measure: judge.measure, before: try loss(nil),
        after: try loss(outcome.trained), loss: probes.description), ends: outcome.ends)
  }

  private func values(
    of targets: [PlannedTarget], _ found: TrainedValues
  ) -> (rounded: [TensorID: WeightRounding.Rounded], biases: [TensorID: [Float]]) {
    var rounded: [TensorID: WeightRounding.Rounded] = [:]
    var biases: [TensorID: [Float]] = [:]
    for target in targets {
      rounded[target.trained.id] = target.trained.rounded(found)
      if let bias = target.trained.bias?.ids.first { biases[bias] = found.values[bias] }
    }
    return (rounded, biases)
  }

  /// Returns the model with what the integers of its weights stand for, and with these biases.
  private func stored(
    _ model: Model, _ rounded: [TensorID: WeightRounding.Rounded], _ biases: [TensorID: [Float]]
  ) throws -> Model {
    var copy = model
    try weights.with(rounded, in: model, job).store(in: &copy, from: model)
    copy.setBiases(biases)
    return copy
  }
}

import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import Training

/// Trains weights and biases that stay float, towards the results of the file that came in and towards
/// labels where there are some. Zeros stay zeros, and equal values of a cluster stay equal; of clusters
/// with a scale for each channel the scales are trained.
struct FloatTraining: Pass {
  static let name = "finetune"
  static let summary = "train float weights on samples"

  private let options: TrainingOptions
  private let samples: CalibrationSource

  init(_ options: TrainingOptions = TrainingOptions(), samples: CalibrationSource = .init()) {
    self.options = options
    self.samples = samples
  }

  /// The size of the first steps, relative to the weights. On ds_cnn_s with labels, 800 steps, half, this and
  /// twice of it give a cross-entropy of .397, .413 and .380 on held-out samples and 1.7, 1.7 and 1.5 points
  /// on 600 others.
  private static let rate = SearchLimit.of("FloatTraining.rate", 0.002)

  func run(on model: inout Model, in job: inout Job) throws {
    try job.withReals(of: &model, runs: samples.hasSamples, train)
  }

  /// A weight or bias, with the values that it had.
  private struct Target {
    let constant: FloatConstant
    let values: [Float]
    let sizes: [Float]

    /// What shares values; nil where weights have values of their own.
    let scope: ClusterScope?
    /// Where a codebook holds the weight.
    let clustered: Trainer.Variable.Clustered?
  }

  private func train(_ model: inout Model, _ job: inout Job) throws {
    let samples = samples.fitting(model, in: job)
    let source = samples.samples
    var summary = CalibrationSummary()
    let threads = job.options.threads
    summary.setsRanges = false
    summary.digests = try source.digests(threads: threads)
    defer { job.findings[FinetuneResult.self] = FinetuneResult(calibration: summary) }
    let ends = Probes.tensors(of: model, signature: job.options.signature)
    guard let outputs = TrainingOutputs(ends, of: model), job.isRunnable else {
      return summary.warnings.append("nothing was trained: the model has no float output")
    }
    let chosen = try TrainingSamples(samples, options, threads: threads)
    summary.samples = chosen.order.count
    let labelShare = try options.labelShare(hasLabels: source.classes != nil)
    guard job.log.hasOtherValues || labelShare > 0 || samples.teacher != nil else {
      return summary.warnings.append(
        "nothing was trained: without labels the model is its own teacher; finetune comes behind "
          + "prune or cluster, or has a --mode or a --teacher")
    }
    let before = model
    let targets = try targets(in: before, &job)
    let schedule = try chosen.order.first.flatMap { first in
      options.schedule(
        cost: try RunCost.of(job.file.with(before), source.sample(first), job.interpreter),
        samples: chosen.order.count, labelShare: labelShare, rate: Self.rate)
    }
    guard let schedule, !targets.isEmpty, !chosen.check.isEmpty else {
      return summary.warnings.append(
        "nothing was trained: no weight can be, or the budget is too small")
    }
    let teacher =
      try samples.teacher.map { try Teacher($0, for: before, job) }
      ?? Teacher(job.isChanged ? job.file : job.file.with(before))
    guard let outputs = teacher.known(outputs) else { return }
    let probes = TrainingProbes(
      outputs.all, features: features(targets, outputs, teacher, before), of: before,
      loss: options.loss, hasLabels: source.classes != nil)
    let trainer = Trainer(
      reference: teacher.file, student: job.file.with(before), variables: variables(targets),
      probes: teacher.known(probes.probes), options: job.interpreter, samples: source,
      order: chosen.order)
    let judge = try TrainingJudge(
      teacher, outputs, probes: probes.probes, schedule: schedule, on: chosen, job.interpreter)
    let (ids, current) = (targets.map(\.constant.id), job)
    func loss(_ model: Model) throws -> Double {
      try judge.loss(
        of: RoundedModel(
          current.file.with(model), lanes: chosen.check.count, current.interpreter), [:])
    }
    let check = HeldOutCheck { try loss(before.with($0, ids, current)) }
    guard !probes.probes.isEmpty, let outcome = try trainer.outcome(schedule, check: check) else {
      return summary.warnings.append(
        "nothing was trained: no output has classes to which labels belong")
    }
    summary.noticeTraining(samples: chosen.order.count, ends: outcome.ends)
    let trained = before.with(outcome.trained, ids, job)
    let training = CalibrationSummary.Training(
      outcome, samples: chosen.order.count, measure: judge.measure, before: try loss(before),
      after: try loss(trained), loss: probes.description)
    summary.training = training
    guard training.isKept else { return }
    model = trained
    for target in targets {
      guard let values = outcome.trained.values[target.constant.id] else { continue }
      job.log.changeValues(
        of: target.constant.id,
        relativeError: ChangeLog.relativeError(of: values, to: target.values),
        elements: values.count)
    }
  }

  /// What layers give, where the teacher has the same ones.
  private func features(
    _ targets: [Target], _ outputs: TrainingOutputs, _ teacher: Teacher, _ model: Model
  ) -> [TensorID] {
    guard !teacher.isOwn, teacher.file.model.hasSameTensors(as: model, outputs.main) else {
      return []
    }
    let layers = Set(
      targets.filter {
        $0.constant.id.subgraph == outputs.main && $0.constant.tensor.shape?.count ?? 0 > 1
      }.flatMap { target in
        target.constant.uses.compactMap { $0.entry.outputs?.first }
      })
    let all = outputs.all
    return layers.sorted().map { TensorID(outputs.main, $0) }.filter { !all.contains($0) }
  }

  /// The weights and biases of operators that have a gradient.
  private func targets(in model: Model, _ job: inout Job) throws -> [Target] {
    var bytes = 0
    let constants = ConstantValues(model, job)
    return try job.floatConstants(of: model).compactMap { constant in
      guard !constant.isOutput, constant.uses.count == 1,
        let use = constant.uses.first, use.spec?.gradient != nil,
        use.role?.isWeight == true || use.isBias,
        job.exclusion(of: constant, in: model) == nil, job.reasonToStay(of: constant.id) == nil
      else { return nil }
      bytes += Trainer.byteCount(elements: constant.elements, isChecked: true)
      guard bytes <= job.options.memory.gradients else { return nil }
      let values = try job.floats(of: constant.id, in: model)
      guard values.allSatisfy(\.isFinite) else { return nil }
      let layout = constant.matrix(of: use)?.rowLayout ?? .perTensor
      let scope = job.clusterScope(of: constant.id, values, layout)
      return Target(
        constant: constant, values: values, sizes: try sizes(values, constant, use, model, job),
        scope: scope,
        clustered: scope == .channel || scope == nil
          ? nil
          : try .init(
            id: constant.id,
            encoding: scope == .shared
              ? WeightEncoding(
                .eight, layout, axis: 0,
                magnitudes: constants.magnitudes(of: constant.id, layout) ?? []
              ).floored(.plain) : nil, values: values))
    }
  }

  /// Returns the root mean square of each row; for a bias what all weights of the operator together
  /// would move.
  private func sizes(
    _ values: [Float], _ constant: FloatConstant, _ use: FloatConstant.Use, _ model: Model,
    _ job: Job
  ) throws -> [Float] {
    func size(_ values: ArraySlice<Float>) -> Float {
      let kept = values.filter { $0 != 0 }
      let sum = kept.reduce(0) { $0 + Double($1) * Double($1) }
      return Float((sum / Double(max(kept.count, 1))).squareRoot())
    }
    if use.isBias {
      let weight = (use.entry.inputs ?? []).dropFirst().first.map {
        TensorID(constant.id.subgraph, $0)
      }
      if let weight, let elements = model[weight].elementCount, elements > values.count {
        let weights = try job.floats(of: weight, in: model)
        return [size(weights[...]) * Float(elements / values.count).squareRoot()]
      }
    }
    guard let matrix = constant.matrix(of: use), matrix.columnStride == 1,
      matrix.rows * matrix.columns == values.count
    else { return [size(values[...])] }
    return (0..<matrix.rows).map {
      size(values[$0 * matrix.columns..<($0 + 1) * matrix.columns])
    }
  }

  /// Weights that share values of a codebook are one variable.
  private func variables(_ targets: [Target]) -> [Trainer.Variable] {
    var variables = targets.filter { $0.clustered == nil }.map {
      // The values of a cluster come in no order of channels.
      let mean = $0.sizes.reduce(0, +) / Float($0.sizes.count)
      return Trainer.Variable(
        ids: [$0.constant.id], sizes: $0.scope == nil ? $0.sizes : [mean], keepsZeros: true,
        isClustered: $0.scope != nil)
    }
    var books: [(weights: [Trainer.Variable.Clustered], values: Set<Float>)] = []
    for weight in targets.compactMap(\.clustered) {
      guard weight.encoding == nil else {
        variables.append(.init(codebook: [weight], .scales))
        continue
      }
      let values = Set(weight.values.filter { $0 != 0 })
      let shared = books.filter { !$0.values.isDisjoint(with: values) }
      books.removeAll { !$0.values.isDisjoint(with: values) }
      books.append(
        (shared.flatMap(\.weights) + [weight], shared.reduce(values) { $0.union($1.values) }))
    }
    return variables + books.map { .init(codebook: $0.weights, .values) }
  }
}

/// What training in floats found.
package struct FinetuneResult: CalibratedResult {
  package let calibration: CalibrationSummary?
}

extension Model {
  /// Returns the model with trained values of these constants, as their encodings can hold them.
  fileprivate func with(_ trained: TrainedValues, _ ids: [TensorID], _ job: Job) -> Model {
    var copy = self
    for id in ids {
      guard let values = trained.values[id] else { continue }
      let data = TensorData.bytes(values.withUnsafeBytes { Array($0) })
      copy[id].buffer = copy.append(job.storable(data, for: id, in: self))
    }
    return copy
  }

  /// Whether a subgraph's tensors stand at the same places under the same names, so that what they hold
  /// can be compared.
  fileprivate func hasSameTensors(as other: Model, _ subgraph: Int) -> Bool {
    let (a, b) = (subgraphs[subgraph].tensors, other.subgraphs[subgraph].tensors)
    return a.count <= b.count && zip(a, b).allSatisfy { $0.label == $1.label }
  }
}

extension FloatConstant.Use {
  fileprivate var isBias: Bool {
    if case .bias = role { true } else { false }
  }
}

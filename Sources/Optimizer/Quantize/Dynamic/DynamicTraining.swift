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

  /// What is trained of an operator.
  private struct Target {
    let weight: PlannedWeight
    let variable: Trainer.Variable
    let output: TensorID?
    let bias: Trainer.Variable?
  }

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
    let targets = try targets(in: student)
    let variables = targets.flatMap { [$0.variable, $0.bias].compactMap(\.self) }
    let elements = variables.flatMap(\.ids).reduce(0) { $0 + (student[$1].elementCount ?? 0) }
    let isCoarse = job.log.hasOtherValues || targets.contains { $0.weight.encoding.bits != .eight }
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
    of targets: [Target], _ found: TrainedValues
  ) -> (rounded: [TensorID: WeightRounding.Rounded], biases: [TensorID: [Float]]) {
    var rounded: [TensorID: WeightRounding.Rounded] = [:]
    var biases: [TensorID: [Float]] = [:]
    for target in targets {
      let id = target.weight.constant.id
      rounded[id] = found.rounded(id, target.weight.encoding)
      if let bias = target.bias?.ids.first { biases[bias] = found.values[bias] }
    }
    return (rounded, biases)
  }

  /// Returns the model with what the integers of its weights stand for, and with these biases.
  private func stored(
    _ model: Model, _ rounded: [TensorID: WeightRounding.Rounded], _ biases: [TensorID: [Float]]
  ) throws -> Model {
    var copy = model
    for weight in weights {
      let (id, count) = (weight.constant.id, weight.constant.elements)
      let found = try rounded[id].map { try weight.with($0, in: model, job) } ?? weight
      guard let source = model.data(of: id) else { continue }
      let integers = found.integers(of: source)
      copy[id].buffer = copy.append(found.encoding.values(of: integers, count: count))
    }
    copy.setBiases(biases)
    return copy
  }

  /// The weights that one operator with a gradient reads.
  private func targets(in student: Model) throws -> [Target] {
    let buffers = Dictionary(grouping: weights) { model[$0.constant.id].buffer }
    return try weights.compactMap { weight in
      let id = weight.constant.id
      guard weight.constant.uses.count == 1, let use = weight.constant.uses.first,
        use.spec?.gradient != nil, weight.encoding.levels == nil,
        buffers[model[id].buffer]?.count == 1,
        let variable = Trainer.Variable(
          id, weight.encoding, real: try job.floats(of: id, in: model),
          rounded: try job.floats(of: id, in: student))
      else { return nil }
      return Target(
        weight: weight, variable: variable,
        output: use.entry.outputs?.first.flatMap { $0 >= 0 ? TensorID(id.subgraph, $0) : nil },
        bias: bias(of: use, weight, variable))
    }
  }

  /// Returns the bias that the operator alone reads.
  private func bias(
    of use: FloatConstant.Use, _ weight: PlannedWeight, _ variable: Trainer.Variable
  ) -> Trainer.Variable? {
    let subgraph = weight.constant.id.subgraph
    let entry = model.subgraphs[subgraph].operators[use.place.operation]
    guard let position = entry.biasPosition(in: model), let inputs = entry.inputs,
      inputs.indices.contains(position), inputs[position] >= 0
    else { return nil }
    let id = TensorID(subgraph, inputs[position])
    let graph = Graph(model, subgraph: subgraph)
    guard graph.isConstant(id.index), graph.uses[id.index].count == 1, !graph.isOutput[id.index],
      model[id].type == .float32, model.data(of: id) != nil
    else { return nil }
    return Trainer.Variable(
      bias: id, beside: variable, columns: weight.matrix(in: model)?.columns)
  }
}

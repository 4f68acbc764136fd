import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import Training

/// Trains weights and biases under the integers that will be written: weights and activations are
/// rounded as the integer model rounds them while gradients move the floats behind the weights
/// (Jacob et al., "Quantization and Training of Neural Networks", 2018). The float model says what is
/// right, so no labels are needed. Scales stay as they are; zeros stay zeros.
struct IntegerTraining {
  let state: IntegerState
  /// The model whose results are wanted.
  let teacher: Teacher
  let samples: TrainingSamples
  let outputs: TrainingOutputs
  let options: TrainingOptions
  let job: Job

  /// What is trained of an operator.
  private struct Target {
    /// Nil for an operator that stays float.
    let place: (entry: IntegerOperator, operand: Int, weights: IntegerWeights)?
    let output: TensorID?
    let trained: TrainedWeight
  }

  /// A trained state, and what held-out samples say of it.
  struct Trained {
    let state: IntegerState
    let summary: CalibrationSummary.Training
    /// The operators at which gradients ended.
    let ends: [String]
  }

  /// Returns the state with trained weights and biases; nil where nothing can be trained.
  func trained(_ search: RangeSearch) throws -> Trained? {
    guard !samples.order.isEmpty, !samples.check.isEmpty else { return nil }
    let labelShare = try options.labelShare(hasLabels: samples.source.classes != nil)
    let student = try state.roundedWeights()
    let targets = try targets(in: student)
    let elements = targets.flatMap(\.trained.ids).reduce(0) {
      $0 + (student[$1].elementCount ?? 0)
    }
    let isCoarse = job.log.hasOtherValues || targets.contains { $0.trained.encoding.bits != .eight }
    guard !targets.isEmpty,
      Trainer.byteCount(elements: elements, isChecked: true) <= job.options.memory.gradients,
      let schedule = options.schedule(
        cost: search.cost, samples: samples.order.count, labelShare: labelShare,
        rate: TrainingOptions.rate(isCoarse: isCoarse, labelShare: labelShare))
    else { return nil }
    let probes = probes(targets)
    guard !probes.probes.isEmpty else { return nil }
    let trainer = try trainer(student, targets, probes.probes)
    let judge = try TrainingJudge(
      teacher, outputs, probes: probes.probes, schedule: schedule, on: samples, job.interpreter)
    func loss(_ state: IntegerState) throws -> Double {
      try judge.loss(of: search.model(state, job), state.parameters.byTensor)
    }
    let check = HeldOutCheck { try loss(state(targets, $0)) }
    guard let outcome = try trainer.outcome(schedule, check: check) else { return nil }
    let found = try state(targets, outcome.trained)
    return Trained(
      state: found,
      summary: .init(
        outcome, samples: samples.order.count, measure: judge.measure, before: try loss(state),
        after: try loss(found), loss: probes.description), ends: outcome.ends)
  }

  /// Layers count too where the teacher has the same ones.
  private func probes(_ targets: [Target]) -> TrainingProbes {
    let all = outputs.all
    let features =
      teacher.isOwn
      ? []
      : targets.compactMap(\.output).filter {
        $0.subgraph == outputs.main && !all.contains($0) && state.channelFactors[$0] == nil
      }
    return TrainingProbes(
      all, features: features, of: teacher.isOwn ? state.model : teacher.file.model,
      loss: options.loss, hasLabels: samples.source.classes != nil)
  }

  private func trainer(
    _ student: Model, _ targets: [Target], _ probes: [Trainer.Probe]
  ) throws -> Trainer {
    Trainer(
      reference: teacher.file, student: job.file.with(student),
      variables: TrainedWeight.variables(of: targets.map(\.trained)),
      probes: teacher.known(probes), options: job.interpreter, samples: samples.source,
      order: samples.order, roundings: state.parameters.byTensor, twin: try twin(targets))
  }

  /// Returns what the model that is trained gives before the first step, by sample and tensor.
  func results(on samples: [[DenseArray]], of ids: [TensorID]) throws -> [[[Float]]]? {
    let student = try state.roundedWeights()
    return try trainer(student, try targets(in: student), []).results(on: samples, of: ids)
  }

  /// Returns nil beside weights of operators that stay float, whose kernels round inputs by themselves.
  private func twin(_ targets: [Target]) throws -> IntegerTwin? {
    guard state.floatWeights == nil else { return nil }
    var written = try WrittenState(state)
    let weights = targets.compactMap { target in
      target.place.flatMap { place in
        written.weight(
          place.weights, place.operand, of: place.entry, bias: target.trained.bias?.ids.first,
          inputScale: state.inputScale(of: place.entry))
      }
    }
    return IntegerTwin(
      file: job.file.with(written.model), weights: weights, values: written.values)
  }

  /// Returns the state with these values of its weights and biases.
  private func state(_ targets: [Target], _ found: TrainedValues) throws -> IntegerState {
    var (integers, floats) = (Values(), Values())
    for target in targets {
      let bias = target.trained.bias?.ids.first.flatMap { id in found.values[id].map { (id, $0) } }
      if target.place == nil {
        floats.rounding[target.trained.id] = target.trained.rounded(found)
        if let (id, values) = bias { floats.biases[id] = values }
      } else {
        integers.rounding[target.trained.id] = target.trained.rounded(found)
        if let output = target.output { integers.biases[output] = bias?.1 }
      }
    }
    return state.with(
      trained: integers.rounding, biases: integers.biases,
      try state.floatWeights?.with(floats.rounding, biases: floats.biases))
  }

  private struct Values {
    var rounding: [TensorID: WeightRounding.Rounded] = [:]
    var biases: [TensorID: [Float]] = [:]
  }

  private func targets(in student: Model) throws -> [Target] {
    let integers = try state.graph.operators.indices.flatMap { index in
      let graph = Graph(student, subgraph: index)
      return try state.graph.operators[index].flatMap { try targets(of: $0, graph, student) }
    }
    let floats = try state.floatWeights?.targets(in: student) ?? []
    return integers + floats.map { Target(place: nil, output: $0.output, trained: $0.trained) }
  }

  private func targets(
    of entry: IntegerOperator, _ graph: Graph, _ student: Model
  ) throws -> [Target] {
    guard state.graph.isInteger(entry.place) else { return [] }
    return try entry.inputs.compactMap { operand in
      guard operand.role.isWeight, operand.isConstant, graph.uses[operand.id.index].count == 1,
        !operand.sharesScale
      else { return nil }
      return try target(of: entry, operand, graph, student)
    }
  }

  private func target(
    of entry: IntegerOperator, _ operand: IntegerOperator.Operand, _ graph: Graph, _ student: Model
  ) throws -> Target? {
    guard let output = entry.outputs.first else { return nil }
    let weights = try state.weights(of: entry, operand)
    let subgraph = entry.place.subgraph
    let stored = student.subgraphs[subgraph].operators[entry.place.index]
    var bias: TensorID?
    let isFirst = operand.position == entry.inputs.first { $0.role.isWeight }?.position
    if isFirst, let position = entry.biasPosition, let inputs = stored.inputs,
      inputs.indices.contains(position), inputs[position] >= 0
    {
      bias = TensorID(subgraph, inputs[position])
    }
    let own = bias.flatMap {
      graph.isConstant($0.index) && graph.uses[$0.index].count == 1 ? $0 : nil
    }
    let trained = try TrainedWeight(
      weights.weight, weights.encoding, real: state.values.values(of: weights.weight),
      rounded: job.floats(of: weights.weight, in: student), bias: own,
      columns: entry.matrix(of: operand, in: student)?.columns, in: job)
    return trained.map {
      Target(
        place: (entry, operand.position, weights), output: output.id, trained: $0)
    }
  }
}

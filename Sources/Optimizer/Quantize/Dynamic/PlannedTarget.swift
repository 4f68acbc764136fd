import OpSet
import TFLite
import Training

/// What training moves of an operator that computes with floats and reads integer weights.
struct PlannedTarget {
  let output: TensorID?
  let trained: TrainedWeight

  /// Returns those of the weights that one operator with a gradient reads. `model` is the one for which weights
  /// are planned, `student` has what their integers stand for.
  static func targets(
    of weights: [PlannedWeight], in model: Model, student: Model, _ job: Job
  ) throws -> [PlannedTarget] {
    let buffers = Dictionary(grouping: weights) { model[$0.constant.id].buffer }
    return try weights.compactMap { weight in
      let id = weight.constant.id
      guard weight.constant.uses.count == 1, let use = weight.constant.uses.first,
        use.spec?.gradient != nil, buffers[model[id].buffer]?.count == 1,
        let trained = try TrainedWeight(
          id, weight.encoding, real: job.floats(of: id, in: model),
          rounded: job.floats(of: id, in: student), bias: model.bias(of: use, id.subgraph),
          columns: weight.matrix(in: model)?.columns, in: job)
      else { return nil }
      return PlannedTarget(
        output: use.entry.outputs?.first.flatMap { $0 >= 0 ? TensorID(id.subgraph, $0) : nil },
        trained: trained)
    }
  }
}

extension [PlannedWeight] {
  /// Returns the weights with what training made of them.
  func with(
    _ rounded: [TensorID: WeightRounding.Rounded], in model: Model, _ job: Job
  ) throws -> [PlannedWeight] {
    try map { weight in
      try rounded[weight.constant.id].map { try weight.with($0, in: model, job) } ?? weight
    }
  }

  /// Gives `target` what the integers stand for.
  func store(in target: inout Model, from model: Model) {
    for weight in self {
      let (id, count) = (weight.constant.id, weight.constant.elements)
      guard let source = model.data(of: id) else { continue }
      target[id].buffer = target.append(
        weight.encoding.values(of: weight.integers(of: source), count: count))
    }
  }
}

extension Model {
  /// Returns the constant bias that the operator alone reads.
  func bias(of use: FloatConstant.Use, _ subgraph: Int) -> TensorID? {
    let entry = subgraphs[subgraph].operators[use.place.operation]
    guard let position = entry.biasPosition(in: self), let inputs = entry.inputs,
      inputs.indices.contains(position), inputs[position] >= 0
    else { return nil }
    let id = TensorID(subgraph, inputs[position])
    let graph = Graph(self, subgraph: subgraph)
    guard graph.isConstant(id.index), graph.uses[id.index].count == 1, !graph.isOutput[id.index],
      self[id].type == .float32, data(of: id) != nil
    else { return nil }
    return id
  }
}

import LinearAlgebra
import OpSet
import TFLite

/// New values of a pruned weight, and the bias change that compensates for them.
struct PrunedWeight {
  let data: TensorData
  let zeros: Int
  /// Σ (w − ŵ) × mean, by output channel; added to the biases of the operators that use it.
  var shift: [Double]?
}

extension PruneTarget {
  /// Prunes by magnitude. Overwrites `values`, which are the weight's.
  func pruned(
    _ values: FloatMatrix, _ pattern: SparsityPattern, zeros: Int, in model: Model
  ) -> PrunedWeight {
    // A block's score is its sum of squares.
    let isBlock = if case .block = pattern { true } else { false }
    for index in values.values.indices {
      let magnitude = abs(values.base[index])
      values.base[index] = isBlock ? magnitude * magnitude : magnitude
    }
    var keep = [UInt8](repeating: 1, count: shape.count)
    pattern.choose(values.base, shape, zeros: zeros, &keep)
    return pruned(values, keeping: keep, in: model)
  }

  /// `scores` are zero where the weight is.
  func pruned(_ scores: FloatMatrix, keeping keep: [UInt8], in model: Model) -> PrunedWeight {
    let already = scores.values.indices.count { keep[$0] != 0 && scores.base[$0] == 0 }
    return PrunedWeight(
      data: masked(model.data(of: id) ?? .bytes([]), keep),
      zeros: keep.count { $0 == 0 } + already)
  }
}

extension Model {
  /// Stores the new data in the target's constants and the new biases in its operators.
  mutating func prune(_ target: PruneTarget, _ pruned: PrunedWeight, _ job: Job) throws {
    let buffer = append(job.storable(pruned.data, for: target.id, in: self))
    for constant in target.constants { self[constant.id].buffer = buffer }
    guard let shift = pruned.shift else { return }
    for place in target.places {
      try shiftBias(of: place, by: shift, weight: target.id, job)
    }
  }

  private mutating func shiftBias(
    of place: (subgraph: Int, index: Int), by shift: [Double], weight: TensorID,
    _ job: Job
  ) throws {
    let entry = subgraphs[place.subgraph].operators[place.index]
    guard let position = entry.biasPosition(in: self) else { return }
    var inputs = entry.inputs ?? []
    var bias = [Float](repeating: 0, count: shift.count)
    var tensor = Tensor()
    if inputs.indices.contains(position), inputs[position] >= 0 {
      let id = TensorID(place.subgraph, inputs[position])
      tensor = self[id]
      bias = try job.floats(of: id, in: self)
    } else {
      tensor.name = self[weight].name?.appending("_bias")
      tensor.hasRank = self[weight].hasRank
      while inputs.count <= position { inputs.append(-1) }
    }
    guard bias.count == shift.count else { return }
    let values = zip(bias, shift).map { Float(Double($0) + $1) }
    let buffer = append(.bytes(values.withUnsafeBytes { Array($0) }))
    let present = inputs[position] >= 0 ? TensorID(place.subgraph, inputs[position]) : nil
    if let id = present, keepsBias(id, job) {
      self[id].buffer = buffer
      return
    }
    tensor.shape = [Int32(values.count)]
    tensor.buffer = buffer
    inputs[position] = Int32(append(tensor, to: place.subgraph).index)
    subgraphs[place.subgraph].operators[place.index].inputs = inputs
  }

  /// Returns whether all operators have biases that can take up a change of the outputs' means.
  func canShiftBiases(of target: PruneTarget, _ job: Job) -> Bool {
    target.places.allSatisfy { place in
      let entry = subgraphs[place.subgraph].operators[place.index]
      guard let position = entry.biasPosition(in: self) else { return false }
      guard let inputs = entry.inputs, inputs.indices.contains(position), inputs[position] >= 0
      else { return job.takesNewTensors }
      let id = TensorID(place.subgraph, inputs[position])
      return self[id].type == .float32 && self[id].elementCount == target.layout.rows
        && Graph(self, subgraph: place.subgraph).isConstant(id.index)
        && (job.takesNewTensors || keepsBias(id, job))
    }
  }

  /// Whether a bias changes where it stands, so that it keeps its encoding: it is stored as float16 or
  /// integers, and one operator reads it.
  private func keepsBias(_ id: TensorID, _ job: Job) -> Bool {
    let source = job.decoded.sources[id]
    guard !job.takesNewTensors || source.map({ self[$0].type }) == .float16 else { return false }
    let graph = Graph(self, subgraph: id.subgraph)
    let isOnlyForm = source == nil || job.decoded.sources.values.count { $0 == source } == 1
    return graph.uses[id.index].count == 1 && !graph.isOutput[id.index] && isOnlyForm
  }
}

extension Operator {
  /// The input position of the bias, whether it is present or not; nil for operators without one.
  func biasPosition(in model: Model) -> Int? {
    OpSet.spec(for: model.kind(of: self))?.biasPosition
  }
}

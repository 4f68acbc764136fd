import OpSet
import TFLite

/// A bias that an operator does not have yet.
enum NewBias {
  /// It takes 4 or 8 bytes a channel, its scale 4, its tables some more: with so many weights a channel
  /// it is small beside them.
  static let leastWeights = 128
}

extension Model {
  /// Gives float biases other values.
  mutating func setBiases(_ biases: [TensorID: [Float]]) {
    for (id, values) in biases.sorted(by: { $0.key < $1.key }) {
      self[id].buffer = append(.bytes(values.withUnsafeBytes { Array($0) }))
    }
  }

  /// Adds to the bias of an operator that multiplies by `weight`, and gives it one if it has none.
  mutating func shiftBias(
    of place: OperatorPlace, by shift: [Double], weight: TensorID, _ job: Job
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

  /// Returns whether the operator can have a bias of `rows` values that takes up a change of its outputs' means.
  func canShiftBias(of place: OperatorPlace, rows: Int, _ job: Job) -> Bool {
    let entry = subgraphs[place.subgraph].operators[place.index]
    guard let position = entry.biasPosition(in: self) else { return false }
    guard let inputs = entry.inputs, inputs.indices.contains(position), inputs[position] >= 0
    else { return job.takesNewTensors }
    let id = TensorID(place.subgraph, inputs[position])
    return self[id].type == .float32 && self[id].elementCount == rows
      && Graph(self, subgraph: place.subgraph).isConstant(id.index)
      && (job.takesNewTensors || keepsBias(id, job))
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

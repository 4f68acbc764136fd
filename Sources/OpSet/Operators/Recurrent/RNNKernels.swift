import KernelTable
import TFLite

extension OpKernel {
  static let rnn = OpKernel(isPure: false) { preparation in
    try preparation.require(try preparation.input(0).rank == 2, "the input must be [batch, input]")
    return try singleRNN(
      preparation, activation: preparation.option(RNN.activation),
      isAsymmetric: preparation.option(RNN.asymmetricInputs), isTimeMajor: true)
  }

  static let unidirectionalSequenceRNN = OpKernel(isPure: false) { preparation in
    try singleRNN(
      preparation, activation: preparation.option(SequenceRNN.activation),
      isAsymmetric: preparation.option(SequenceRNN.asymmetricInputs),
      isTimeMajor: preparation.option(SequenceRNN.timeMajor))
  }

  static let bidirectionalSequenceRNN = OpKernel(isPure: false) { preparation in
    typealias Keys = BidirectionalSequenceRNN
    let rounding = Rounding(
      try preparation.input(1), isAsymmetric: preparation.option(Keys.asymmetricInputs))
    let inputs = try BidirectionalInputs(
      preparation, auxiliary: 9, auxiliaryWeights: 10, rounding: rounding)
    let activation = try CellActivation.function(preparation.option(Keys.activation))
    let isTimeMajor = preparation.option(Keys.timeMajor)
    let forward = try RNNLayer(
      preparation, first: 1, auxiliaryWeights: 10, activation, input: inputs.forward,
      auxiliary: inputs.auxiliary, rounding: rounding, isTimeMajor: isTimeMajor)
    let backward = try RNNLayer(
      preparation, first: 5, auxiliaryWeights: 11, activation, input: inputs.backward,
      auxiliary: inputs.auxiliary, rounding: rounding, isTimeMajor: isTimeMajor,
      isBackward: true, slot: 3)
    let outputs = try BidirectionalOutputs(
      preparation, inputs, widths: (forward.units, backward.units),
      isMerged: preparation.option(Keys.mergeOutputs))
    return inputs.stages + forward.preparing + backward.preparing
      + [RNNLayer.run(preparation, [(forward, outputs.forward), (backward, outputs.backward)])]
  }

  private static func singleRNN(
    _ preparation: Preparation, activation: Int, isAsymmetric: Bool, isTimeMajor: Bool
  ) throws -> [Stage] {
    let (value, output) = try preparation.inputAndOutput()
    try preparation.requireType(output, .float32, what: "the output")
    let rounding = Rounding(try preparation.input(1), isAsymmetric: isAsymmetric)
    let input = try SequenceInput(preparation, value, rounding: rounding)
    let layer = try RNNLayer(
      preparation, first: 1, auxiliaryWeights: nil, try CellActivation.function(activation),
      input: input, auxiliary: nil, rounding: rounding, isTimeMajor: isTimeMajor)
    try preparation.setShape(value.shape.dropLast() + [layer.units])
    let rows = OutputRows(value: output, offset: 0, stride: layer.units)
    return input.stages + layer.preparing + [RNNLayer.run(preparation, [(layer, rows)])]
  }
}

/// One direction of a plain recurrent network: output = activation(W × input + R × last + bias).
final class RNNLayer {
  let units: Int
  let preparing: [Stage]
  private let kernels: KernelTable
  private let activation: UnaryOperation
  private let sequence: Sequence
  private let isBackward: Bool
  private let rounding: Rounding?
  private let recurrent: GateMatrix
  private let state: Value
  private let contributions: Scratch
  /// Floats of a row of contributions.
  private let stride: Int

  /// Inputs from `first` on: weights, recurrent weights, bias, state.
  init(
    _ preparation: Preparation, first: Int, auxiliaryWeights: Int?, _ activation: UnaryOperation,
    input: SequenceInput, auxiliary: SequenceInput?, rounding: Rounding?, isTimeMajor: Bool,
    isBackward: Bool = false, slot: Int = 0
  ) throws {
    kernels = preparation.kernels
    self.activation = activation
    self.rounding = rounding
    self.isBackward = isBackward
    let sequence = try Sequence(input.value, isTimeMajor: isTimeMajor)
    self.sequence = sequence
    let weights = try preparation.input(first)
    try preparation.require(weights.rank == 2, "the weights have \(weights.rank) dimensions")
    let units = weights.shape[0]
    self.units = units
    state = try preparation.state(first + 3, batches: sequence.batches, units: units)
    func packed(_ filter: Int, _ bias: Int?, _ depth: Int, _ place: Int) throws -> GateMatrix {
      try preparation.gates(
        slot: slot + place, filters: [filter], biases: [bias], units: units, depth: depth)
    }
    recurrent = try packed(first + 1, nil, units, 0)
    stride = recurrent.weights.columns
    contributions = preparation.scratch(bytes: input.rows * stride * 4)
    var stages = try packed(first, first + 2, input.depth, 1).stages(
      preparation, input, addingTo: contributions, isFirst: true)
    if let auxiliary, let index = auxiliaryWeights {
      stages += try packed(index, nil, auxiliary.depth, 2).stages(
        preparation, auxiliary, addingTo: contributions, isFirst: false)
    }
    preparing = stages
  }

  private var operations: Int { sequence.rows * stride * units }

  private var groups: Int {
    Tiling.parts(of: max(1, sequence.batches / 6), operations: operations)
  }

  private var groupRows: Int { sequence.batches / groups + 1 }

  private var scratchBytes: Int {
    RowProduct.memoryBytes(rows: groupRows) + groupRows * (stride + units) * 4
  }

  static func run(
    _ preparation: Preparation, _ layers: [(layer: RNNLayer, output: OutputRows)]
  ) -> Stage {
    let memory = preparation.scratch(bytesPerLane: layers.map(\.layer.scratchBytes).max() ?? 0)
    let tiles = layers.flatMap { entry in
      (0..<entry.layer.groups).map { (layer: entry.layer, output: entry.output, group: $0) }
    }
    return preparation.share(
      tiles.count, operations: layers.reduce(0) { $0 + $1.layer.operations }
    ) { tile, lane in
      let work = tiles[tile]
      work.layer.run(work.group, memory.pointer(lane: lane), work.output)
    }
  }

  private func run(_ group: Int, _ memory: UnsafeMutableRawPointer, _ output: OutputRows) {
    let batches = Tiling.range(group, of: groups, count: sequence.batches)
    let last = state.floats + batches.lowerBound &* units
    let sums = (memory + RowProduct.memoryBytes(rows: groupRows)).assumingMemoryBound(
      to: Float.self)
    let rounded = sums + groupRows &* stride
    let scales = RowProduct.scales(memory, rows: batches.count)
    for time in 0..<sequence.steps {
      let step = isBackward ? sequence.steps &- 1 &- time : time
      RowProduct(kernels: kernels, weights: recurrent.weights).run(
        last, rows: batches.count, sums, rounding: rounding, rounded, memory: memory)
      for (row, batch) in batches.enumerated() {
        let position = sequence.row(batch: batch, step: step)
        let sum = sums + row &* stride
        recurrent.finish(
          sum, base: contributions.floats() + position &* stride, scale: scales[row], sum, units,
          kernels)
        kernels.unary(activation, sum, last + row &* units, units, 0)
        (output.pointer + position &* output.stride).update(
          from: last + row &* units, count: units)
      }
    }
  }
}

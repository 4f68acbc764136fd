import TFLite

/// An LSTM with int8 inputs, weights and outputs, int16 gates and cells ("8x8_16"), bit for bit as the
/// runtime.
final class QuantizedLSTM: @unchecked Sendable {
  let sequence: Sequence
  let depth: Int
  let units: Int
  let outputs: Int
  /// Input (nil where it is coupled with the forget gate), forget, cell, output.
  let gates: [QuantizedGate?]
  let projection: QuantizedProduct?
  let outputState: Value
  let cellState: Value
  let rounding: CellRounding
  /// 0 where there is no limit.
  let cellClip: Int16
  let projectionClip: Int8
  /// Rescales a gate times tanh of the cell to the hidden value.
  let hiddenScale: Rescaler
  let hiddenZeroPoint: Int32
  let outputZeroPoint: Int32

  init(_ preparation: Preparation, _ options: LSTMOptions) throws {
    let operands = LSTMOperands.full
    let input = try preparation.input(0)
    sequence = try Sequence(input, isTimeMajor: options.isTimeMajor)
    depth = input.size(-1)
    let weights = try preparation.input(operands.inputWeights + 3)
    let recurrent = try preparation.input(operands.recurrentWeights + 3)
    try preparation.require(
      weights.rank == 2 && recurrent.rank == 2,
      "the weights of the output gate have the shapes \(weights.shape) and \(recurrent.shape)")
    (units, outputs) = (weights.shape[0], recurrent.shape[1])
    try preparation.require(units > 0 && outputs > 0, "there are no units or no outputs")
    outputState = try preparation.quantizedState(
      operands.outputState, .int8, count: sequence.batches * outputs)
    cellState = try preparation.quantizedState(
      operands.cellState, .int16, count: sequence.batches * units)
    let (state, cells) = (try Affine(outputState), try Affine(cellState))
    // tanh exists for up to 6 integer bits.
    guard let exponent = cells.powerOfTwo, (-15 ... -9).contains(exponent) else {
      throw OperatorFault.unsupported("the scale of the cells, \(cells.scale), is not supported")
    }
    rounding = CellRounding(preparation.reference, exponent: exponent)
    outputZeroPoint = state.zeroPoint
    let hidden = try preparation.intermediate(4)
    hiddenScale = rounding.hiddenScale(hidden, state)
    let builder = QuantizedGateBuilder(
      preparation: preparation, operands: operands, input: try Affine(input), state: state,
      cellExponent: exponent, depth: depth, units: units, outputs: outputs)
    gates = try builder.gates()
    projection = try builder.projection(hidden)
    hiddenZeroPoint = projection == nil ? hidden.zeroPoint : 0 &- hidden.zeroPoint
    cellClip = Int16(max(0, min(options.cellClip / cells.scale, 32767)))
    projectionClip = Int8(max(0, min(options.projectionClip / state.scale, 127)))
  }

  static func stages(_ preparation: Preparation, _ options: LSTMOptions) throws -> [Stage] {
    let layer = try QuantizedLSTM(preparation, options)
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireType(output, .int8, what: "the output")
    try preparation.setShape(input.shape.dropLast() + [layer.outputs])
    let memory = preparation.scratch(bytes: layer.scratchBytes)
    return [.once { layer.run(input, output, memory.base) }]
  }

  /// Batches that go through a step together: all of them where steps are the outer axis.
  var batchesPerStep: Int { sequence.isTimeMajor ? sequence.batches : 1 }

  /// Four gates, tanh of the cells, and hidden values.
  private var scratchBytes: Int { batchesPerStep * units * (4 * 2 + 2 + 1) + 64 }
}

/// Rows of int8 weights, the constant that the zero point and the bias add to each product, and the
/// factor of the sum.
final class QuantizedProduct: @unchecked Sendable {
  private let weights: Value
  private let rows: Int
  private let columns: Int
  private let addends: UnsafeMutablePointer<Int32>
  private let rescale: Rescaler

  /// The zero point is that of the vectors; `addends` are as many as rows.
  init(_ weights: Value, zeroPoint: Int32, bias: Value?, factor: Float) {
    self.weights = weights
    (rows, columns) = (weights.shape[0], weights.shape[1])
    addends = .allocate(capacity: max(1, rows))
    rescale = Rescaler(Double(factor))
    for row in 0..<rows {
      var sum: Int32 = 0
      let line = weights.pointer(Int8.self) + row * columns
      for column in 0..<columns { sum &+= Int32(line[column]) }
      addends[row] = (0 &- zeroPoint) &* sum &+ (bias?.pointer(Int32.self)[row] ?? 0)
    }
  }

  deinit { addends.deallocate() }

  @inline(__always)
  func callAsFunction(_ vector: UnsafePointer<Int8>, _ row: Int) -> Int32 {
    var sum = addends[row]
    let line = weights.pointer(Int8.self) + row &* columns
    for column in 0..<columns { sum &+= Int32(line[column]) &* Int32(vector[column]) }
    return rescale(sum)
  }
}

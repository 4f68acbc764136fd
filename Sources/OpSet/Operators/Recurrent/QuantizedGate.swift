import TFLite

/// One gate of an int8 LSTM.
struct QuantizedGate {
  let input: QuantizedProduct
  let recurrent: QuantizedProduct
  let peephole: Peephole?
  let norm: Norm?

  /// int16 weights of the cells.
  struct Peephole {
    let weights: Value
    let rescale: Rescaler
  }

  /// Layer normalization: int16 coefficients and an int32 bias.
  struct Norm {
    let weights: Value
    let bias: Value
    let rescale: Rescaler
    /// Replaces a variance below one.
    let leastVariance: Int32
  }
}

/// Makes the gates of an int8 LSTM.
struct QuantizedGateBuilder {
  let preparation: Preparation
  let operands: LSTMOperands
  let input: Affine
  let state: Affine
  let cellExponent: Int
  let depth: Int
  let units: Int
  let outputs: Int

  func gates() throws -> [QuantizedGate?] {
    let isCoupled = preparation.optionalInput(operands.inputWeights) == nil
    return try (0..<4).map { isCoupled && $0 == 0 ? nil : try gate($0) }
  }

  private func gate(_ index: Int) throws -> QuantizedGate {
    let norm = try operands.norm.flatMap { try vector($0 + index, .int16, units) }
    let bias = try vector(operands.bias + index, .int32, units)
    // Q3.12 is what the activations take; layer normalization ends in it.
    let scale = norm == nil ? 0x1p-12 : try preparation.intermediate(index).scale
    let weights = try matrix(operands.inputWeights + index, [units, depth])
    let recurrent = try matrix(operands.recurrentWeights + index, [units, outputs])
    return QuantizedGate(
      input: QuantizedProduct(
        weights, zeroPoint: input.zeroPoint, bias: norm == nil ? bias : nil,
        factor: try Affine(weights).scale * input.scale / scale),
      recurrent: QuantizedProduct(
        recurrent, zeroPoint: state.zeroPoint, bias: nil,
        factor: try Affine(recurrent).scale * state.scale / scale),
      peephole: index == 2 ? nil : try peephole(index, scale),
      norm: try norm.map { try self.norm($0, bias) })
  }

  private func peephole(_ index: Int, _ scale: Float) throws -> QuantizedGate.Peephole? {
    let place = operands.peephole + (index == 3 ? 2 : index)
    guard let weights = try vector(place, .int16, units) else { return nil }
    try preparation.require(outputs <= units, "there are peepholes, but more outputs than units")
    let cell = Double(sign: .plus, exponent: cellExponent, significand: 1)
    let factor = Float(cell * Double(try Affine(weights).scale) / Double(scale))
    return QuantizedGate.Peephole(weights: weights, rescale: Rescaler(Double(factor)))
  }

  private func norm(_ weights: Value, _ bias: Value?) throws -> QuantizedGate.Norm {
    guard let bias else { throw OperatorFault.invalid("layer normalization has no bias") }
    let scale = try Affine(weights).scale
    let multiplier = QuantizedMultiplier(Double(scale))
    return QuantizedGate.Norm(
      weights: weights, bias: bias,
      rescale: Rescaler(fraction: multiplier.fraction, shift: multiplier.shift + 12),
      leastVariance: Int32(max(1, min(10000 * scale, 2_147_483_520))))
  }

  /// Returns nil where outputs are the hidden values.
  func projection(_ hidden: Affine) throws -> QuantizedProduct? {
    guard preparation.optionalInput(operands.projection) != nil else {
      try preparation.require(
        units == outputs, "\(units) units give \(outputs) outputs without a projection")
      return nil
    }
    let weights = try matrix(operands.projection, [outputs, units])
    let bias = try vector(operands.projectionBias, .int32, outputs)
    // Hidden values are stored with the opposite zero point.
    return QuantizedProduct(
      weights, zeroPoint: 0 &- hidden.zeroPoint, bias: bias,
      factor: try Affine(weights).scale * hidden.scale / state.scale)
  }

  private func matrix(_ index: Int, _ shape: [Int]) throws -> Value {
    let value = try preparation.known(index)
    try preparation.requireType(value, .int8, what: "a cell's weights")
    try preparation.require(
      value.shape == shape, "input \(index) has the shape \(value.shape), expected \(shape)")
    return value
  }

  /// Returns nil for an operand that is left out.
  private func vector(_ index: Int, _ type: TensorType, _ count: Int) throws -> Value? {
    guard preparation.optionalInput(index) != nil else { return nil }
    let value = try preparation.known(index)
    try preparation.require(
      value.type == type && value.shape == [count],
      "input \(index) is \(value.type) of shape \(value.shape), expected \(type) of \([count])")
    return value
  }
}

extension Preparation {
  /// Returns the scale of an intermediate tensor.
  func intermediate(_ index: Int) throws -> Affine {
    guard intermediates.count == 5, let value = intermediates[index] else {
      throw OperatorFault.unsupported("an integer LSTM needs five intermediate tensors")
    }
    return try Affine(value)
  }

  /// Returns a state: a variable of the operator's own.
  func quantizedState(_ index: Int, _ type: TensorType, count: Int) throws -> Value {
    let value = try input(index)
    try require(
      value.type == type && value.count == count,
      "input \(index) has \(value.count) values of type \(value.type), expected \(count)")
    try require(value.tensor.isVariable, "input \(index) is not a variable")
    return value
  }
}

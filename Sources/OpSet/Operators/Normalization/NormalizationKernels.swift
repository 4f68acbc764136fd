import KernelTable
import TFLite

extension OpKernel {
  static let softmax = OpKernel { preparation in
    let beta = preparation.option(Softmax.beta)
    if try preparation.isQuantized { return try preparation.quantizedSoftmax(beta: beta) }
    let softmax = preparation.kernels.softmax
    return try preparation.rowStages(cost: 8) { input, output, depth, _ in
      softmax(input, output, depth, beta)
    }
  }

  /// x − max − ln Σ e^(x − max).
  static let logSoftmax = OpKernel { preparation in
    if try preparation.isQuantizedByte { return try preparation.quantizedLogSoftmax() }
    let kernels = preparation.kernels
    let (unary, binary, sum) = (kernels.unary, kernels.binary, kernels.sum)
    let infinity = Float.infinity
    let depth = try preparation.input(0).shape.last ?? 1
    let memory = preparation.scratch(bytesPerLane: (depth + 1) * 4)
    return try preparation.rowStages(cost: 8) { input, output, depth, lane in
      let powers = memory.floats(lane: lane)
      let shift = powers + depth
      shift[0] = -greatest(input, depth)
      binary(.add, input, 1, shift, 0, output, depth, -infinity, infinity)
      unary(.exp, output, powers, depth, 0)
      shift[0] = sum(powers, depth)
      unary(.log, shift, shift, 1, 0)
      binary(.subtract, output, 1, shift, 0, output, depth, -infinity, infinity)
    }
  }

  /// x ÷ max(√Σx², 10^−6) over the last dimension. The runtime has no fused activation here.
  static let l2Normalization = OpKernel { preparation in
    if try preparation.isQuantizedByte { return try preparation.quantizedL2Normalization() }
    let kernels = preparation.kernels
    let (dot, binary) = (kernels.dot, kernels.binary)
    let infinity = Float.infinity
    let memory = preparation.scratch(bytesPerLane: 4)
    return try preparation.rowStages(cost: 3) { input, output, depth, lane in
      let norm = memory.floats(lane: lane)
      norm[0] = max(dot(input, input, depth).squareRoot(), 1e-6)
      binary(.divide, input, 1, norm, 0, output, depth, -infinity, infinity)
    }
  }

  /// x ÷ (bias + alpha × Σ x² over neighbouring channels)^beta.
  static let localResponseNormalization = OpKernel { preparation in
    let radius = preparation.option(LocalResponseNormalization.radius)
    let bias = preparation.option(LocalResponseNormalization.bias)
    let alpha = preparation.option(LocalResponseNormalization.alpha)
    let beta = preparation.option(LocalResponseNormalization.beta)
    let (unary, binary) = (preparation.kernels.unary, preparation.kernels.binary)
    let infinity = Float.infinity
    let depth = try preparation.input(0).shape.last ?? 1
    let memory = preparation.scratch(bytesPerLane: (2 * depth + 1) * 4)
    return try preparation.rowStages(cost: 16) { input, output, depth, lane in
      let squares = memory.floats(lane: lane)
      let factors = squares + depth
      let exponent = factors + depth
      unary(.square, input, squares, depth, 0)
      for channel in 0..<depth {
        var sum: Float = 0
        for near in max(0, channel &- radius)..<min(depth, channel &+ radius &+ 1) {
          sum += squares[near]
        }
        factors[channel] = bias + alpha * sum
      }
      // factor^−beta = e^(−beta × ln factor), since beta is rarely an integer.
      exponent[0] = -beta
      unary(.log, factors, factors, depth, 0)
      binary(.multiply, factors, 1, exponent, 0, factors, depth, -infinity, infinity)
      unary(.exp, factors, factors, depth, 0)
      binary(.multiply, input, 1, factors, 1, output, depth, -infinity, infinity)
    }
  }
}

private func greatest(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var result = -Float.infinity
  for index in 0..<count where !(row[index] <= result) { result = row[index] }
  return result
}

extension Preparation {
  /// The input is int8 or uint8 with a scale.
  fileprivate var isQuantizedByte: Bool {
    get throws { try isQuantized && [.int8, .uint8].contains(input(0).type) }
  }

  /// The input has integers with a scale.
  fileprivate var isQuantized: Bool {
    get throws {
      let input = try input(0)
      return [.int8, .uint8, .int16].contains(input.type)
        && input.tensor.quantization?.isQuantized == true
    }
  }

  /// Stages over rows of the last dimension of a float input; the output has its shape. `cost` in
  /// elementary operations an element.
  fileprivate func rowStages(
    cost: Int,
    _ body:
      @escaping (
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ depth: Int,
        _ lane: Int
      ) -> Void
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    try requireType(input, .float32, what: "inputs")
    try requireType(output, .float32, what: "outputs")
    try setShape(input.shape)
    allowOverwriting(input: 0)
    guard input.count > 0 else { return [] }
    let depth = input.shape.last ?? 1
    let rows = input.count / depth
    return .each(of: rows, operations: input.count * cost) { row, lane in
      body(input.floats + row &* depth, output.floats + row &* depth, depth, lane)
    }
  }
}

import Kernels
import TFLite

extension OpKernel {
  /// Quantized integers, packed integers and halves to float32.
  static let dequantize = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireType(output, .float32, what: "outputs")
    try preparation.setShape(input.shape)
    if input.type == .float16 {
      return preparation.flatStages(count: input.count) { start, count in
        Float16Kernels.widen(input.base + start &* 2, output.base + start &* 4, count: count)
      }
    }
    switch input.type {
    case .int8: return try dequantizing(input, output, Int8.self)
    case .uint8: return try dequantizing(input, output, UInt8.self)
    case .int16: return try dequantizing(input, output, Int16.self)
    case let type:
      guard let packing = Packing(type) else { throw preparation.unsupported(type) }
      return try ChannelRuns(input).stages(cost: 2) { start, count, scale, zeroPoint in
        for index in start..<start &+ count {
          output.floats[index] = scale * Float(packing.load(input.base, index) &- zeroPoint)
        }
      }
    }
  }

  /// float32 to quantized integers, or integers to other scales.
  static let quantize = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.setShape(input.shape)
    if let stages = try preparation.quantizing(input, output) { return stages }
    guard let packing = Packing(output.type), input.type == .float32 else {
      throw preparation.unsupported(input.type)
    }
    return try ChannelRuns(output).stages(cost: 4) { start, count, scale, zeroPoint in
      for index in start..<start &+ count {
        let level = Int32.nearest(input.floats[index] / scale) &+ zeroPoint
        let value = min(max(level, packing.range.lowerBound), packing.range.upperBound)
        packing.store(value, output.base, index)
      }
    }
  }

  /// Rounds to the levels of a quantized type and back. Zero becomes a level: limits are moved.
  static let fakeQuant = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireType(input, .float32, what: "inputs")
    try preparation.requireType(output, .float32, what: "outputs")
    try preparation.setShape(input.shape)
    preparation.allowOverwriting(input: 0)
    let grid = try FakeQuantGrid(preparation)
    let (low, high, scale, inverse) = (grid.low, grid.high, grid.scale, 1 / grid.scale)
    return preparation.flatStages(count: input.count, cost: 4) { start, count in
      for index in start..<start &+ count {
        let clamped = min(high, max(low, input.floats[index]))
        output.floats[index] = ((clamped - low) * inverse).rounded() * scale + low
      }
    }
  }

  /// The sparse constant as a dense tensor.
  static let densify = OpKernel { preparation in
    let input = try preparation.known(0)
    let output = try preparation.output()
    try preparation.requireSameType(output, as: input)
    try preparation.require(input.tensor.sparsity != nil, "the input is not sparse")
    try preparation.setShape(input.shape)
    let decoder: SparseDecoder
    do {
      decoder = try SparseDecoder(input.tensor, storedBytes: input.byteCount)
    } catch {
      throw OperatorFault.invalid("the sparse encoding is invalid: \(error)")
    }
    try preparation.require(
      decoder.denseCount == output.byteCount, "the sparse encoding does not have the output's size")
    return [.once { decoder.decode(input.base, into: output.base) }]
  }
}

private func dequantizing<Stored: FixedWidthInteger & BitwiseCopyable>(
  _ input: Value, _ output: Value, _ type: Stored.Type
) throws -> [Stage] {
  try ChannelRuns(input).stages(cost: 1) { start, count, scale, zeroPoint in
    QuantizeKernels.fromIntegers(
      input.base + start &* MemoryLayout<Stored>.size, as: type, output.base + start &* 4,
      count: count, scale: scale, zeroPoint: zeroPoint)
  }
}

extension OpGradient {
  /// Rounding counts as the identity (straight-through estimator, Bengio et al., 2013), clamping as
  /// what it is.
  static let fakeQuant = OpGradient { step in
    let (input, count) = (try step.input(0).floats, try step.output().count)
    guard let gradient = step.gradient(0) else { return }
    let grid = try FakeQuantGrid(step)
    for index in 0..<count where input[index] >= grid.low && input[index] <= grid.high {
      gradient[index] += step.outputGradient[index]
    }
  }
}

/// The steps to which FAKE_QUANT rounds; 0 is one of them.
private struct FakeQuantGrid {
  let low: Float
  let high: Float
  let scale: Float

  init(_ operation: some OptionReader) throws {
    let (least, greatest) = (operation.option(FakeQuant.min), operation.option(FakeQuant.max))
    let bits = operation.option(FakeQuant.bits)
    guard (2...16).contains(bits) else {
      throw OperatorFault.invalid("\(bits) bits, expected 2 to 16")
    }
    let lowest: Float = operation.option(FakeQuant.narrowRange) ? 1 : 0
    let highest = Float((1 << bits) - 1)
    scale = (greatest - least) / (highest - lowest)
    let zero = lowest - least / scale
    let nudged = zero < lowest ? lowest : zero > highest ? highest : zero.rounded()
    low = (lowest - nudged) * scale
    high = (highest - nudged) * scale
  }
}

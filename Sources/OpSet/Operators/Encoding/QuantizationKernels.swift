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
    let (least, greatest) = (preparation.option(FakeQuant.min), preparation.option(FakeQuant.max))
    let bits = preparation.option(FakeQuant.bits)
    try preparation.require((2...16).contains(bits), "\(bits) bits, expected 2 to 16")
    let lowest: Float = preparation.option(FakeQuant.narrowRange) ? 1 : 0
    let highest = Float((1 << bits) - 1)
    let scale = (greatest - least) / (highest - lowest)
    let zero = lowest - least / scale
    let nudged = zero < lowest ? lowest : zero > highest ? highest : zero.rounded()
    let low = (lowest - nudged) * scale
    let high = (highest - nudged) * scale
    let inverse = 1 / scale
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

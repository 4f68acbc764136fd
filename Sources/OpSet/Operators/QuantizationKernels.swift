import Kernels
import TFLite

extension OpKernel {
  /// Quantized integers, packed integers and halves to float32.
  static let dequantize = OpKernel { preparation in
    let input = try preparation.input(0)
    let output = try preparation.output()
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
    let input = try preparation.input(0)
    let output = try preparation.output()
    try preparation.setShape(input.shape)
    switch output.type {
    case .int8: return try preparation.quantizing(input, output, Int8.self)
    case .uint8: return try preparation.quantizing(input, output, UInt8.self)
    case .int16: return try preparation.quantizing(input, output, Int16.self)
    case .int32: return try preparation.quantizing(input, output, Int32.self)
    case let type:
      guard let packing = Packing(type), input.type == .float32 else {
        throw preparation.unsupported(input.type)
      }
      return try ChannelRuns(output).stages(cost: 4) { start, count, scale, zeroPoint in
        for index in start..<start &+ count {
          let value = quantized(input.floats[index], scale, zeroPoint, packing.range)
          packing.store(value, output.base, index)
        }
      }
    }
  }

  /// Rounds to the levels of a quantized type and back. Zero becomes a level: limits are moved.
  static let fakeQuant = OpKernel { preparation in
    let input = try preparation.input(0)
    let output = try preparation.output()
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
    try preparation.require(
      output.type == input.type, "an output of type \(output.type), expected \(input.type)")
    try preparation.require(input.tensor.sparsity != nil, "the input is not sparse")
    try preparation.setShape(input.shape)
    let decoder: SparseDecoder
    do {
      decoder = try SparseDecoder(input.tensor, storedBytes: input.byteCount)
    } catch {
      throw OperatorFault.invalid("the sparse encoding contradicts itself: \(error)")
    }
    try preparation.require(
      decoder.denseCount == output.byteCount, "the sparse encoding has another shape")
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

/// Halves are rounded away from zero. What no int32 holds becomes the least int32 before the zero
/// point is added, as on the processors where the runtime's results were recorded (x86).
@inline(__always)
private func quantized(
  _ value: Float, _ scale: Float, _ zeroPoint: Int32, _ range: ClosedRange<Int32>
) -> Int32 {
  let level = (Int32(exactly: (value / scale).rounded()) ?? .min) &+ zeroPoint
  return min(max(level, range.lowerBound), range.upperBound)
}

extension Preparation {
  fileprivate func quantizing<Stored: FixedWidthInteger>(
    _ input: Value, _ output: Value, _ type: Stored.Type
  ) throws -> [Stage] {
    switch input.type {
    case .float32:
      let range = Int32(clamping: Stored.min)...Int32(clamping: Stored.max)
      return try ChannelRuns(output).stages(cost: 3) { start, count, scale, zeroPoint in
        let results = output.pointer(type)
        for index in start..<start &+ count {
          let level = quantized(input.floats[index], scale, zeroPoint, range)
          results[index] = Stored(truncatingIfNeeded: level)
        }
      }
    case .int8: return try rescaling(input, Int8.self, output, type)
    case .uint8: return try rescaling(input, UInt8.self, output, type)
    case .int16: return try rescaling(input, Int16.self, output, type)
    case .int32: return try rescaling(input, Int32.self, output, type)
    case let source: throw unsupported(source)
    }
  }

  private func rescaling<Source: FixedWidthInteger, Stored: FixedWidthInteger>(
    _ input: Value, _ source: Source.Type, _ output: Value, _ type: Stored.Type
  ) throws -> [Stage] {
    let from = try ChannelRuns(input)
    let to = try ChannelRuns(output)
    try require(
      from.scales.count == 1 && to.scales.count == 1, "a scale for each channel cannot be changed")
    let multiplier = QuantizedMultiplier(Double(from.scales[0]) / Double(to.scales[0]))
    let (zeroPoint, offset) = (from.zeroPoints[0], to.zeroPoints[0])
    let (low, high) = (Int64(Stored.min), Int64(Stored.max))
    return flatStages(count: input.count, cost: 4) { start, count in
      let elements = input.pointer(source) + start
      let results = output.pointer(type) + start
      for index in 0..<count {
        let shifted = Int32(truncatingIfNeeded: elements[index]) &- zeroPoint
        let level = Int64(multiplier.apply(shifted)) &+ Int64(offset)
        results[index] = Stored(truncatingIfNeeded: min(max(level, low), high))
      }
    }
  }
}

import TFLite

/// QUANTIZE to integers of whole bytes.
extension Preparation {
  /// Returns nil for another type of output.
  func quantizing(_ input: Value, _ output: Value) throws -> [Stage]? {
    switch output.type {
    case .int8: try quantizing(input, output, Int8.self)
    case .uint8: try quantizing(input, output, UInt8.self)
    case .int16: try quantizing(input, output, Int16.self)
    case .int32: try quantizing(input, output, Int32.self)
    default: nil
    }
  }

  private func quantizing<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ input: Value, _ output: Value, _ type: Stored.Type
  ) throws -> [Stage] {
    switch input.type {
    case .float32:
      return try ChannelRuns(output).stages(cost: 2) { start, count, scale, zeroPoint in
        quantize(
          input.floats + start, output.pointer(type) + start, count, scale, zeroPoint)
      }
    case .int8: return try rescalingBytes(input, Int8.self, output, type)
    case .uint8: return try rescalingBytes(input, UInt8.self, output, type)
    case .int16: return try rescaling(input, Int16.self, output, type)
    case .int32: return try rescaling(input, Int32.self, output, type)
    case let source: throw unsupported(source)
    }
  }

  private func rescaling<Source: FixedWidthInteger, Stored: FixedWidthInteger>(
    _ input: Value, _ source: Source.Type, _ output: Value, _ type: Stored.Type
  ) throws -> [Stage] {
    let scale = try Rescale(input, output)
    return flatStages(count: input.count, cost: 4) { start, count in
      let elements = input.pointer(source) + start
      let results = output.pointer(type) + start
      for index in 0..<count {
        results[index] = scale.apply(Int32(truncatingIfNeeded: elements[index]), as: type)
      }
    }
  }

  /// Rescales through a table of all 256 results.
  private func rescalingBytes<Source: FixedWidthInteger, Stored: FixedWidthInteger>(
    _ input: Value, _ source: Source.Type, _ output: Value, _ type: Stored.Type
  ) throws -> [Stage] {
    let scale = try Rescale(input, output)
    let results = (0..<256).map { bits in
      scale.apply(Int32(Source(truncatingIfNeeded: bits)), as: type)
    }
    let table = ConstantBytes(results.withUnsafeBytes { Array($0) })
    return flatStages(count: input.count) { start, count in
      let entries = table.base.assumingMemoryBound(to: type)
      let elements = input.pointer(UInt8.self) + start
      let target = output.pointer(type) + start
      for index in 0..<count { target[index] = entries[Int(elements[index])] }
    }
  }
}

/// The conversion of integers of one scale to integers of another.
private struct Rescale {
  private let multiplier: QuantizedMultiplier
  private let input: Int32
  private let output: Int32

  init(_ input: Value, _ output: Value) throws {
    let (from, to) = (try ChannelRuns(input), try ChannelRuns(output))
    guard from.scales.count == 1, to.scales.count == 1 else {
      throw OperatorFault.invalid("values with a scale for each channel cannot be rescaled")
    }
    multiplier = QuantizedMultiplier(Double(from.scales[0]) / Double(to.scales[0]))
    (self.input, self.output) = (from.zeroPoints[0], to.zeroPoints[0])
  }

  @inline(__always)
  func apply<Stored: FixedWidthInteger>(_ value: Int32, as type: Stored.Type) -> Stored {
    Stored(clamping: Int64(multiplier.apply(value &- input)) &+ Int64(output))
  }
}

/// Blocks without a large value go without branches.
@inline(__always)
private func quantize<Stored: FixedWidthInteger>(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Stored>, _ count: Int,
  _ scale: Float, _ zeroPoint: Int32
) {
  var start = 0
  while start < count {
    let length = min(512, count &- start)
    if !quantizeSmall(input + start, output + start, length, scale, zeroPoint) {
      for index in start..<start &+ length {
        output[index] = Stored(clamping: Int32.nearest(input[index] / scale) &+ zeroPoint)
      }
    }
    start &+= length
  }
}

/// Returns false, with an output that must not be used, if a quotient is 2^22 or more or not a
/// number.
@inline(__always)
private func quantizeSmall<Stored: FixedWidthInteger>(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Stored>, _ count: Int,
  _ scale: Float, _ zeroPoint: Int32
) -> Bool {
  let (low, high) = (Int32(clamping: Stored.min), Int32(clamping: Stored.max))
  var large: Int32 = 0
  for index in 0..<count {
    let quotient = input[index] / scale
    let size = abs(quotient)
    large |= size < 4_194_304 ? 0 : 1
    // Behind 2^23 there are only integers; halves go to even ones, which is down for every other.
    let sum = size + 8_388_608
    let isDown = size - (sum - 8_388_608) == 0.5
    var level = Int32(truncatingIfNeeded: sum.bitPattern & 0x7F_FFFF)
    level &+= isDown ? 1 : 0
    level = (quotient < 0 ? 0 &- level : level) &+ zeroPoint
    output[index] = Stored(truncatingIfNeeded: max(low, min(high, level)))
  }
  return large == 0
}

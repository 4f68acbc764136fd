/// Symmetric quantization of float32 to int8 and back.
///
/// q = round(x / scale) with halves away from zero, kept in −127…127: what the runtime's tooling
/// does (TfLiteRound), by exact division, so ties fall as they do there.
public enum QuantizeKernels {
  /// One scale for all `count` values.
  @inline(never)
  public static func toInt8(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int, scale: Float
  ) {
    let divisor = SIMD16<Float>(repeating: scale)
    var index = 0
    while index &+ 16 <= count {
      let values = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
      target.storeBytes(
        of: packed(values, divisor), toByteOffset: index, as: SIMD4<UInt32>.self)
      index &+= 16
    }
    while index < count {
      let value = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
      let bytes = packed(SIMD16(repeating: value), divisor)[0]
      target.storeBytes(of: UInt8(truncatingIfNeeded: bytes), toByteOffset: index, as: UInt8.self)
      index &+= 1
    }
  }

  /// Scale `scales[i]` for value `i`: one row of a tensor whose channels are innermost.
  @inline(never)
  public static func toInt8(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int,
    scales: UnsafePointer<Float>
  ) {
    let divisors = UnsafeRawPointer(scales)
    var index = 0
    while index &+ 16 <= count {
      let values = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
      let divisor = divisors.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
      target.storeBytes(
        of: packed(values, divisor), toByteOffset: index, as: SIMD4<UInt32>.self)
      index &+= 16
    }
    while index < count {
      toInt8(source + index &* 4, target + index, count: 1, scale: scales[index])
      index &+= 1
    }
  }

  /// The 16 results as bytes, the first one lowest.
  @inline(__always)
  private static func packed(
    _ values: SIMD16<Float>, _ divisor: SIMD16<Float>
  ) -> SIMD4<UInt32> {
    // Adding 1.5 × 2^23 leaves the integer, rounded to even, in the low bits of the sum.
    let magic = SIMD16<Float>(repeating: 12_582_912)
    let limit = SIMD16<Float>(repeating: 127)
    var quotient = values / divisor
    quotient = quotient.replacing(with: limit, where: quotient .> limit)
    quotient = quotient.replacing(with: -limit, where: quotient .< -limit)
    var rounded = (quotient + magic) - magic
    let rest = quotient - rounded
    let half = SIMD16<Float>(repeating: 0.5)
    let zero = SIMD16<Float>(repeating: 0)
    let one = SIMD16<Float>(repeating: 1)
    rounded = rounded.replacing(
      with: rounded + one, where: (rest .== half) .& (quotient .> zero))
    rounded = rounded.replacing(
      with: rounded - one, where: (rest .== -half) .& (quotient .< zero))
    let bits = unsafeBitCast(rounded + magic, to: SIMD16<UInt32>.self)
      & SIMD16(repeating: 0xFF)
    let pairs = bits.evenHalf | (bits.oddHalf &<< 8)
    return pairs.evenHalf | (pairs.oddHalf &<< 16)
  }

  /// real = scale × (q − zero point), in the order of operations of the DEQUANTIZE kernel.
  @inline(never)
  public static func fromIntegers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer, as type: Stored.Type, _ target: UnsafeMutableRawPointer,
    count: Int, scale: Float, zeroPoint: Int32
  ) {
    for index in 0..<count {
      let stored = source.loadUnaligned(
        fromByteOffset: index &* MemoryLayout<Stored>.stride, as: Stored.self)
      let value = scale * Float(Int32(truncatingIfNeeded: stored) &- zeroPoint)
      target.storeBytes(of: value, toByteOffset: index &* 4, as: Float.self)
    }
  }
}

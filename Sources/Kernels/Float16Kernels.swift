/// Conversion between float32 and IEEE half precision, 16 values at a time.
///
/// Rounds to nearest, ties to even; overflow gives infinity, NaN a quiet NaN. Bit operations only,
/// so it needs no F16C. Source of the method: F. Giesen, "Float->half conversion, RTNE".
package enum Float16Kernels {
  /// `source` holds `count` floats, `target` room for as many halves; any alignment.
  @inline(never)
  package static func narrow(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int
  ) {
    var index = 0
    while index &+ 16 <= count {
      let bits = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<UInt32>.self)
      let half = narrowed(bits)
      let packed = half.evenHalf | (half.oddHalf &<< 16)
      target.storeBytes(of: packed, toByteOffset: index &* 2, as: SIMD8<UInt32>.self)
      index &+= 16
    }
    while index < count {
      let bits = source.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
      let half = narrowed(SIMD16(repeating: bits))[0]
      target.storeBytes(
        of: UInt16(truncatingIfNeeded: half), toByteOffset: index &* 2, as: UInt16.self)
      index &+= 1
    }
  }

  /// `source` holds `count` halves, `target` room for as many floats; exact.
  @inline(never)
  package static func widen(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int
  ) {
    var index = 0
    while index < count {
      let half = UInt32(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
      target.storeBytes(of: widened(half), toByteOffset: index &* 4, as: UInt32.self)
      index &+= 1
    }
  }

  @inline(__always)
  private static func narrowed(_ bits: SIMD16<UInt32>) -> SIMD16<UInt32> {
    let sign = bits & SIMD16(repeating: 0x8000_0000)
    let magnitude = bits ^ sign
    // Rebias the exponent by 15 − 127 and round the 13 bits that fall off.
    let odd = (magnitude &>> 13) & SIMD16(repeating: 1)
    let normal = (magnitude &+ SIMD16(repeating: 0xC800_0FFF) &+ odd) &>> 13
    // Adding 0.5 lets the float unit round a subnormal half.
    let small = unsafeBitCast(magnitude, to: SIMD16<Float>.self) + SIMD16<Float>(repeating: 0.5)
    let subnormal = unsafeBitCast(small, to: SIMD16<UInt32>.self) &- SIMD16(repeating: 0x3F00_0000)
    var half = normal.replacing(
      with: subnormal, where: lessThan(magnitude, 0x3880_0000))
    half = half.replacing(
      with: SIMD16(repeating: 0x7C00), where: lessThan(0x477F_FFFF, magnitude))
    half = half.replacing(
      with: SIMD16(repeating: 0x7E00), where: lessThan(0x7F80_0000, magnitude))
    return half | (sign &>> 16)
  }

  // Magnitudes are below 2^31, where signed comparison is the same and one instruction.
  @inline(__always)
  private static func lessThan(_ a: SIMD16<UInt32>, _ b: Int32) -> SIMDMask<SIMD16<Int32>> {
    unsafeBitCast(a, to: SIMD16<Int32>.self) .< SIMD16<Int32>(repeating: b)
  }

  @inline(__always)
  private static func lessThan(_ a: Int32, _ b: SIMD16<UInt32>) -> SIMDMask<SIMD16<Int32>> {
    SIMD16<Int32>(repeating: a) .< unsafeBitCast(b, to: SIMD16<Int32>.self)
  }

  @inline(__always)
  private static func widened(_ half: UInt32) -> UInt32 {
    let sign = (half & 0x8000) &<< 16
    let magnitude = half & 0x7FFF
    if magnitude >= 0x7C00 { return sign | 0x7F80_0000 | ((magnitude & 0x3FF) &<< 13) }
    // Scaling by 2^112 moves the exponent and normalises subnormals in one exact step.
    let scaled = Float(bitPattern: magnitude &<< 13) * Float(bitPattern: 0x7780_0000)
    return sign | scaled.bitPattern
  }
}

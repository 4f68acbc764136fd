/// Symmetric quantization of float32 to integers of at most eight bits, one a byte, and back.
///
/// q = round(x / (m / g)), computed as in double precision with halves away from zero and kept in
/// −g…g, where m is the largest magnitude of the channel and g the greatest integer: bit for bit what
/// the official converter writes. Single precision decides all but near ties, which are done again in
/// double.
package enum QuantizeKernels {
  /// One magnitude for all `count` values, none of which exceeds it; it must not be zero.
  @inline(never)
  package static func quantize(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
    _ magnitude: Float, _ greatest: Float
  ) {
    let magnitudes = SIMD16<Float>(repeating: magnitude)
    let factors = SIMD16<Float>(repeating: greatest / magnitude)
    var index = 0
    while index &+ 16 <= count {
      quantizeSixteen(source + index &* 4, target + index, factors, magnitudes, greatest)
      index &+= 16
    }
    while index < count {
      quantizeOne(source + index &* 4, target + index, magnitude, greatest)
      index &+= 1
    }
  }

  /// Magnitude `magnitudes[i]` for value `i`: one row of a tensor whose channels are innermost.
  @inline(never)
  package static func quantizeRow(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
    _ magnitudes: UnsafePointer<Float>, _ greatest: Float
  ) {
    let rows = UnsafeRawPointer(magnitudes)
    var index = 0
    while index &+ 16 <= count {
      let row = rows.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
      quantizeSixteen(
        source + index &* 4, target + index, SIMD16<Float>(repeating: greatest) / row, row,
        greatest)
      index &+= 16
    }
    while index < count {
      quantizeOne(source + index &* 4, target + index, magnitudes[index], greatest)
      index &+= 1
    }
  }

  @inline(__always)
  private static func quantizeSixteen(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ factors: SIMD16<Float>,
    _ magnitudes: SIMD16<Float>, _ greatest: Float
  ) {
    let values = source.loadUnaligned(as: SIMD16<Float>.self)
    // Adding 1.5 × 2^23 leaves the integer, rounded to even, in the low bits of the sum.
    let magic = SIMD16<Float>(repeating: 12_582_912)
    let product = values * factors
    let sum = product + magic
    // Bytes are taken apart after a bit cast: the compiler would take words apart before the arithmetic,
    // for twice the time.
    let pairs = SIMD16<UInt16>(
      lowHalf: unsafeBitCast(sum.lowHalf, to: SIMD16<UInt16>.self).evenHalf,
      highHalf: unsafeBitCast(sum.highHalf, to: SIMD16<UInt16>.self).evenHalf)
    target.storeBytes(
      of: unsafeBitCast(pairs, to: SIMD32<UInt8>.self).evenHalf, as: SIMD16<UInt8>.self)
    // A product is at most 127, so its error is below 2^−15: only that close to a half can it round
    // wrongly.
    let rest = product - (sum - magic)
    let near = (rest * rest) .> SIMD16<Float>(repeating: 0.249_96)
    guard anyOf(near) else { return }
    for lane in 0..<16 where near[lane] {
      quantizeOne(source + lane &* 4, target + lane, magnitudes[lane], greatest)
    }
  }

  @inline(never)
  private static func quantizeOne(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ magnitude: Float,
    _ greatest: Float
  ) {
    let value = Double(source.loadUnaligned(as: Float.self))
    let most = Double(greatest)
    let quotient = (value / (Double(magnitude) / most)).rounded(.toNearestOrAwayFromZero)
    let clamped = quotient > most ? most : quotient < -most ? -most : quotient
    // The statistics exclude NaN; any value will do.
    let stored = clamped == clamped ? Int8(clamped) : 0
    target.storeBytes(of: stored, as: Int8.self)
  }

  @inline(__always)
  private static func anyOf(_ mask: SIMDMask<SIMD16<Int32>>) -> Bool {
    let lanes = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
    let four = lanes.lowHalf | lanes.highHalf
    let two = four.lowHalf | four.highHalf
    return (two[0] | two[1]) != 0
  }

  /// real = scale × (q − zero point), in the order of operations of the DEQUANTIZE kernel, for
  /// Int8, UInt8 and Int16.
  ///
  /// Chooses by hand, since a specialization would be a weak symbol.
  @inline(never)
  package static func fromIntegers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer, as type: Stored.Type, _ target: UnsafeMutableRawPointer,
    count: Int, scale: Float, zeroPoint: Int32
  ) {
    if type == Int8.self {
      fromInt8(source, target, count, scale, zeroPoint)
    } else if type == UInt8.self {
      fromUInt8(source, target, count, scale, zeroPoint)
    } else {
      precondition(type == Int16.self)
      fromInt16(source, target, count, scale, zeroPoint)
    }
  }

  @inline(never)
  private static func fromInt8(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ scale: Float,
    _ zeroPoint: Int32
  ) {
    each(target, count, scale, zeroPoint) {
      Int32(source.loadUnaligned(fromByteOffset: $0, as: Int8.self))
    }
  }

  @inline(never)
  private static func fromUInt8(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ scale: Float,
    _ zeroPoint: Int32
  ) {
    each(target, count, scale, zeroPoint) {
      Int32(source.loadUnaligned(fromByteOffset: $0, as: UInt8.self))
    }
  }

  @inline(never)
  private static func fromInt16(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ scale: Float,
    _ zeroPoint: Int32
  ) {
    each(target, count, scale, zeroPoint) {
      Int32(source.loadUnaligned(fromByteOffset: $0 &* 2, as: Int16.self))
    }
  }

  @inline(__always)
  private static func each(
    _ target: UnsafeMutableRawPointer, _ count: Int, _ scale: Float, _ zeroPoint: Int32,
    _ stored: (Int) -> Int32
  ) {
    var index = 0
    while index < count {
      let value = scale * Float(stored(index) &- zeroPoint)
      target.storeBytes(of: value, toByteOffset: index &* 4, as: Float.self)
      index &+= 1
    }
  }
}

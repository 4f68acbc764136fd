/// The largest magnitudes of float32 values, as bit patterns without sign.
///
/// Such patterns order like the magnitudes, infinity (0x7F800000) above all numbers and NaN above
/// infinity, so one maximum also tells whether a value is not finite.
package enum MagnitudeKernels {
  /// Returns the greatest of `count` values.
  @inline(never)
  package static func maximum(_ source: UnsafeRawPointer, _ count: Int) -> UInt32 {
    var first = SIMD16<Int32>(repeating: 0)
    var second = first
    var index = 0
    while index &+ 32 <= count {
      first = greater(first, source, index)
      second = greater(second, source, index &+ 16)
      index &+= 32
    }
    first = first.replacing(with: second, where: second .> first)
    var result: Int32 = 0
    for lane in 0..<16 { result = result > first[lane] ? result : first[lane] }
    while index < count {
      let bits = source.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self) & Int32.max
      result = result > bits ? result : bits
      index &+= 1
    }
    return UInt32(bitPattern: result)
  }

  /// Raises `maxima[i]` to the magnitude of value `i`: one row of a tensor whose channels are
  /// innermost.
  @inline(never)
  package static func raise(
    _ maxima: UnsafeMutablePointer<UInt32>, _ source: UnsafeRawPointer, _ count: Int
  ) {
    let target = UnsafeMutableRawPointer(maxima)
    var index = 0
    while index &+ 16 <= count {
      let known = target.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Int32>.self)
      target.storeBytes(
        of: greater(known, source, index), toByteOffset: index &* 4, as: SIMD16<Int32>.self)
      index &+= 16
    }
    while index < count {
      let bits = source.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self) & 0x7FFF_FFFF
      maxima[index] = maxima[index] > bits ? maxima[index] : bits
      index &+= 1
    }
  }

  /// Returns the greatest magnitude among the eight sums of a row's float32 values that `RowSumLanes` in OpSet
  /// describes; values after the last whole 16 count in none.
  @inline(never)
  package static func laneSum(_ source: UnsafeRawPointer, _ count: Int) -> Float {
    var first = SIMD16<Float>(repeating: 0)
    var second = first
    var index = 0
    while index &+ 32 <= count {
      first += source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
      second += source.loadUnaligned(fromByteOffset: index &* 4 &+ 64, as: SIMD16<Float>.self)
      index &+= 32
    }
    if index &+ 16 <= count {
      first += source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
    }
    let sums = first + second
    let lanes = sums.evenHalf + sums.oddHalf
    var result: Float = 0
    for lane in 0..<8 { result = result > abs(lanes[lane]) ? result : abs(lanes[lane]) }
    return result
  }

  @inline(__always)
  private static func magnitudes(_ source: UnsafeRawPointer, _ index: Int) -> SIMD16<Int32> {
    source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Int32>.self)
      & SIMD16(repeating: Int32.max)
  }

  @inline(__always)
  private static func greater(
    _ known: SIMD16<Int32>, _ source: UnsafeRawPointer, _ index: Int
  ) -> SIMD16<Int32> {
    let bits = magnitudes(source, index)
    return known.replacing(with: bits, where: bits .> known)
  }
}

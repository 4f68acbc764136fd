/// Ranges and counts of float32 values.
public enum HistogramKernels {
  /// The least and the greatest value; where `isFinite` is false some are NaN or infinite, and the
  /// limits mean nothing. A tuple: what the compiler makes to copy a structure is shared by both
  /// instruction sets.
  public typealias Range = (least: Float, greatest: Float, isFinite: Bool)

  @inline(never)
  public static func range(_ source: UnsafeRawPointer, count: Int) -> Range {
    var least = SIMD8<Float>(repeating: .infinity)
    var greatest = SIMD8<Float>(repeating: -.infinity)
    var exponents = SIMD8<Int32>(repeating: 0)
    let mask = SIMD8<Int32>(repeating: Int32.max)
    var index = 0
    while index &+ 8 <= count {
      let x = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
      least.replace(with: x, where: x .< least)
      greatest.replace(with: x, where: x .> greatest)
      let bits = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Int32>.self) & mask
      exponents.replace(with: bits, where: bits .> exponents)
      index &+= 8
    }
    var result: Range = (.infinity, -.infinity, true)
    var exponent: Int32 = 0
    for lane in 0..<8 {
      result.least = least[lane] < result.least ? least[lane] : result.least
      result.greatest = greatest[lane] > result.greatest ? greatest[lane] : result.greatest
      exponent = exponents[lane] > exponent ? exponents[lane] : exponent
    }
    while index < count {
      let x = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
      result.least = x < result.least ? x : result.least
      result.greatest = x > result.greatest ? x : result.greatest
      let bits = Int32(bitPattern: x.bitPattern) & Int32.max
      exponent = bits > exponent ? bits : exponent
      index &+= 1
    }
    result.isFinite = exponent < 0x7F80_0000
    return result
  }

  /// Adds 1 to bin ⌊x × `perUnit`⌋ − `first` for each value x, and returns how many are zero.
  ///
  /// `perUnit` is a power of two, and every bin lies in `bins`. Neighbours count in turn in four
  /// tables of `stride` bins each, so that equal values do not wait for one another.
  @inline(never)
  public static func count(
    _ source: UnsafeRawPointer, count: Int, perUnit: Float, first: Int32,
    _ bins: UnsafeMutablePointer<UInt32>, stride: Int
  ) -> Int {
    var zeros = 0
    var index = 0
    let scale = SIMD4<Float>(repeating: perUnit)
    let offset = SIMD4<Int32>(repeating: first)
    var zeroLanes = SIMD4<Int32>(repeating: 0)
    while index &+ 4 <= count {
      let x = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD4<Float>.self)
      zeroLanes = zeroLanes.replacing(
        with: zeroLanes &+ 1, where: x .== SIMD4<Float>(repeating: 0))
      let scaled = nonzero(x * scale, x)
      let bin =
        SIMD4<Int32>(
          floor(scaled[0]), floor(scaled[1]), floor(scaled[2]), floor(scaled[3])) &- offset
      bins[Int(bin[0])] &+= 1
      bins[stride &+ Int(bin[1])] &+= 1
      bins[2 &* stride &+ Int(bin[2])] &+= 1
      bins[3 &* stride &+ Int(bin[3])] &+= 1
      index &+= 4
      // Lanes hold at most 2^31 − 1.
      if index & 0x3FFF_FFFC == 0 {
        for lane in 0..<4 { zeros &+= Int(zeroLanes[lane]) }
        zeroLanes = SIMD4<Int32>(repeating: 0)
      }
    }
    for lane in 0..<4 { zeros &+= Int(zeroLanes[lane]) }
    while index < count {
      let x = source.loadUnaligned(fromByteOffset: index &* 4, as: Float.self)
      if x == 0 { zeros &+= 1 }
      let scaled = x * perUnit
      bins[Int(floor(scaled == 0 && x < 0 ? -1 : scaled) &- first)] &+= 1
      index &+= 1
    }
    return zeros
  }

  /// Products of negative factors that became zero lie in the bin below zero all the same.
  @inline(__always)
  private static func nonzero(_ product: SIMD4<Float>, _ factor: SIMD4<Float>) -> SIMD4<Float> {
    let zero = SIMD4<Float>(repeating: 0)
    let below = zero.replacing(with: SIMD4<Float>(repeating: -1), where: factor .< zero)
    return product.replacing(with: below, where: product .== zero)
  }

  /// Truncation, less one where that went up.
  @inline(__always)
  private static func floor(_ x: Float) -> Int32 {
    let truncated = Int32(x)
    return Float(truncated) > x ? truncated &- 1 : truncated
  }
}

import KernelTable

/// Ranges and counts of float32 values.
enum HistogramKernels {
  @inline(never)
  static func range(_ source: UnsafeRawPointer, count: Int) -> ObservationKernels.Range {
    var least = SIMD8<Float>(repeating: .infinity)
    var greatest = SIMD8<Float>(repeating: -.infinity)
    var exponents = SIMD8<Int32>(repeating: 0)
    let mask = SIMD8<Int32>(repeating: Int32.max)
    var index = 0
    while index &+ 8 <= count {
      let x = source.vector(index &* 4)
      least.replace(with: x, where: x .< least)
      greatest.replace(with: x, where: x .> greatest)
      let bits = bits(x) & mask
      exponents.replace(with: bits, where: bits .> exponents)
      index &+= 8
    }
    var result: ObservationKernels.Range = (.infinity, -.infinity, true)
    var exponent: Int32 = 0
    for lane in 0..<8 {
      result.least = least[lane] < result.least ? least[lane] : result.least
      result.greatest = greatest[lane] > result.greatest ? greatest[lane] : result.greatest
      exponent = exponents[lane] > exponent ? exponents[lane] : exponent
    }
    while index < count {
      let x = source.float(index &* 4)
      result.least = x < result.least ? x : result.least
      result.greatest = x > result.greatest ? x : result.greatest
      let bits = Int32(bitPattern: x.bitPattern) & Int32.max
      exponent = bits > exponent ? bits : exponent
      index &+= 1
    }
    result.isFinite = exponent < 0x7F80_0000
    return result
  }

  @inline(never)
  static func count(
    _ source: UnsafeRawPointer, count: Int, perUnit: Float, first: Int32,
    _ bins: UnsafeMutablePointer<UInt32>, stride: Int
  ) -> Int {
    var zeros = 0
    var index = 0
    #if (V3 && arch(x86_64)) || arch(arm64)
      let second = bins + stride
      let third = second + stride
      let fourth = third + stride
      // Adding 2^23 puts bins below 2^23 into the low bits of the float.
      let offset = all(Float(first))
      var zeroLanes = I8(repeating: 0)
      while index &+ 8 <= count {
        let x = source.vector(index &* 4)
        zeroLanes.replace(with: zeroLanes &+ 1, where: x .== V8())
        let bin = bits((floor(x, perUnit) - offset) + all(8_388_608)) & I8(repeating: 0x7F_FFFF)
        bins[Int(bin[0])] &+= 1
        second[Int(bin[1])] &+= 1
        third[Int(bin[2])] &+= 1
        fourth[Int(bin[3])] &+= 1
        bins[Int(bin[4])] &+= 1
        second[Int(bin[5])] &+= 1
        third[Int(bin[6])] &+= 1
        fourth[Int(bin[7])] &+= 1
        index &+= 8
        // Lanes hold at most 2^31 − 1.
        if index & 0x3FFF_FFF8 == 0 {
          for lane in 0..<8 { zeros &+= Int(zeroLanes[lane]) }
          zeroLanes = I8(repeating: 0)
        }
      }
      for lane in 0..<8 { zeros &+= Int(zeroLanes[lane]) }
    #endif
    var table = 0
    while index < count {
      let x = source.float(index &* 4)
      if x == 0 { zeros &+= 1 }
      let scaled = x * perUnit
      bins[table &* stride &+ Int(floor(scaled == 0 && x < 0 ? -1 : scaled) &- first)] &+= 1
      table = (table &+ 1) & 3
      index &+= 1
    }
    return zeros
  }

  #if (V3 && arch(x86_64)) || arch(arm64)
    /// Products of negative factors that became zero lie below zero all the same.
    @inline(__always)
    private static func floor(_ x: V8, _ perUnit: Float) -> V8 {
      let scaled = x * all(perUnit)
      let whole = scaled.rounded(.toNearestOrEven)
      let floor = selected(whole .> scaled, whole - all(1), whole)
      return selected(x .< V8(), minimum(floor, all(-1)), floor)
    }
  #endif

  /// Returns the integer below: the truncated value, less one where truncation went up.
  @inline(__always)
  private static func floor(_ x: Float) -> Int32 {
    let truncated = Int32(x)
    return Float(truncated) > x ? truncated &- 1 : truncated
  }
}

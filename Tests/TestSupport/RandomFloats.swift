import Platform

extension SeededRandom {
  /// Returns a float from 0 to below 1, a multiple of 2^−24.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }
}

/// Returns floats from 0 to below 1, the same for the same seed.
///
/// A linear generator (Knuth's MMIX) and not `SeededRandom`: the tests' thresholds were chosen with its
/// numbers.
package func unitValues(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) * 0x1p-24
  }
}

/// Rounds float32 values to the levels of an integer encoding, as storing and reading them would.
enum RoundingKernels {
  @inline(never)
  static func round(
    _ values: UnsafeMutablePointer<Float>, count: Int, scale: Float, least: Float, most: Float
  ) {
    let base = UnsafeMutableRawPointer(values)
    let inverse = SIMD8<Float>(repeating: 1 / scale)
    let scales = SIMD8<Float>(repeating: scale)
    let low = SIMD8<Float>(repeating: least)
    let high = SIMD8<Float>(repeating: most)
    // Adding and taking away 1.5 × 2^23 rounds to an integer.
    let magic = SIMD8<Float>(repeating: 12_582_912)
    var index = 0
    while index &+ 8 <= count {
      var x = base.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self) * inverse
      x.replace(with: low, where: x .< low)
      x.replace(with: high, where: x .> high)
      base.storeBytes(
        of: ((x + magic) - magic) * scales, toByteOffset: index &* 4, as: SIMD8<Float>.self)
      index &+= 8
    }
    while index < count {
      let x = values[index] * (1 / scale)
      let clamped = x < least ? least : x > most ? most : x
      values[index] = ((clamped + 12_582_912) - 12_582_912) * scale
      index &+= 1
    }
  }
}

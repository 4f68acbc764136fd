/// The inverse cosine transform of 8 × 8 coefficients, bit for bit as libjpeg's "islow".
///
/// Source: jidctint.c of libjpeg-turbo: 13-bit constants, two passes of C. Loeffler, A. Ligtenberg
/// and G. Moschytz.
enum JpegTransform {
  /// `block` and `quantizer` are in natural order. Writes eight rows of eight samples. `workspace`
  /// has room for 64 values. Arithmetic wraps, since a broken file may have any coefficients.
  static func run(
    _ block: UnsafePointer<Int16>, _ quantizer: UnsafePointer<Int32>,
    _ workspace: UnsafeMutablePointer<Int32>, into target: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    for column in 0..<8 {
      let (source, scale) = (block + column, quantizer + column)
      let work = workspace + column
      let first = Int32(source[0]) &* scale[0]
      if source[8] | source[16] | source[24] | source[32] | source[40] | source[48] | source[56]
        == 0
      {
        let value = first &<< 2
        for row in 0..<8 { work[8 &* row] = value }
        continue
      }
      let values = butterfly(
        first, Int32(source[8]) &* scale[8], Int32(source[16]) &* scale[16],
        Int32(source[24]) &* scale[24], Int32(source[32]) &* scale[32],
        Int32(source[40]) &* scale[40], Int32(source[48]) &* scale[48],
        Int32(source[56]) &* scale[56])
      for row in 0..<8 { work[8 &* row] = (values[row] &+ 1024) &>> 11 }
    }
    for row in 0..<8 {
      let work = workspace + 8 * row
      let line = target + row * stride
      if work[1] | work[2] | work[3] | work[4] | work[5] | work[6] | work[7] == 0 {
        let value = clamped((work[0] &+ 16) &>> 5)
        for column in 0..<8 { line[column] = value }
        continue
      }
      let values = butterfly(
        work[0], work[1], work[2], work[3], work[4], work[5], work[6], work[7])
      for column in 0..<8 { line[column] = clamped((values[column] &+ 131_072) &>> 18) }
    }
  }

  @inline(__always)
  private static func clamped(_ value: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, value &+ 128)))
  }

  /// Transforms eight values in one pass; results are scaled by 2^13.
  @inline(__always)
  private static func butterfly(
    _ in0: Int32, _ in1: Int32, _ in2: Int32, _ in3: Int32, _ in4: Int32, _ in5: Int32,
    _ in6: Int32, _ in7: Int32
  ) -> SIMD8<Int32> {
    let even = (in2 &+ in6) &* 4433
    let even2 = even &- in6 &* 15137
    let even3 = even &+ in2 &* 6270
    let sum = (in0 &+ in4) &<< 13
    let difference = (in0 &- in4) &<< 13
    let (a0, a3) = (sum &+ even3, sum &- even3)
    let (a1, a2) = (difference &+ even2, difference &- even2)

    let z5 = (in7 &+ in3 &+ in5 &+ in1) &* 9633
    let z1 = (in7 &+ in1) &* -7373
    let z2 = (in5 &+ in3) &* -20995
    let z3 = (in7 &+ in3) &* -16069 &+ z5
    let z4 = (in5 &+ in1) &* -3196 &+ z5
    let b0 = in7 &* 2446 &+ z1 &+ z3
    let b1 = in5 &* 16819 &+ z2 &+ z4
    let b2 = in3 &* 25172 &+ z2 &+ z3
    let b3 = in1 &* 12299 &+ z1 &+ z4
    return SIMD8(
      a0 &+ b3, a1 &+ b2, a2 &+ b1, a3 &+ b0, a3 &- b0, a2 &- b1, a1 &- b2, a0 &- b3)
  }
}

// KernelsTests holds the bounds against double precision, with samples of every binade.

/// Returns the nearest integer, ties to even, for |x| < 2^22; as a float, and as an integer in the
/// low bits.
@inline(__always)
private func nearest(_ x: V8) -> (value: V8, integer: I8) {
  let sum = x + integerOffset
  return (sum - integerOffset, bits(sum) &- bits(integerOffset))
}

/// Returns an integer of less than 2^22 as a float.
///
/// The standard library's conversion is a weak function in both instruction sets' objects.
@inline(__always)
private func converted(_ x: I8) -> V8 { float(x &+ bits(integerOffset)) - integerOffset }

/// 1.5 × 2^23: in floats near it the last bit counts ones.
@inline(__always)
private var integerOffset: V8 { all(12_582_912) }

/// e^x within 1.5 ulp; 0 below −103.97, ∞ above 88.72. Cephes' polynomial of degree 6.
@inline(__always)
func exponential(_ x: V8) -> V8 {
  let inRange = clamped(x, all(-104), all(89))
  let (n, integer) = nearest(inRange * all(1.442_695_04))
  var r = fused(inRange, n, all(-0.693_359_375))
  r = fused(r, n, all(2.121_944_4e-4))
  var p = all(1.987_569_15e-4)
  p = fused(all(1.398_199_95e-3), p, r)
  p = fused(all(8.333_451_9e-3), p, r)
  p = fused(all(4.166_579_6e-2), p, r)
  p = fused(all(1.666_666_55e-1), p, r)
  p = fused(all(0.5), p, r)
  p = fused(r, p * r, r) + all(1)
  // Two factors, so that subnormal results are right.
  let half = integer &>> 1
  let first = float((half &+ I8(repeating: 127)) &<< 23)
  let second = float((integer &- half &+ I8(repeating: 127)) &<< 23)
  let result = p * first * second
  return selected(x .!= x, x, result)
}

/// 1 ÷ (1 + e^−x) within 2.5 ulp, also where it is hardly more than 0.
@inline(__always)
func sigmoid(_ x: V8) -> V8 {
  // e^−|x| ≤ 1 never overflows.
  let e = exponential(float(bits(x) | I8(repeating: Int32.min)))
  return selected(x .< V8(), e, all(1)) / (all(1) + e)
}

/// Returns tanh x within 3.5 ulp. A polynomial near zero, where the quotient cancels.
@inline(__always)
func hyperbolicTangent(_ x: V8) -> V8 {
  let magnitude = float(bits(x) & I8(repeating: 0x7FFF_FFFF))
  let e = exponential(magnitude * all(-2))
  let large = (all(1) - e) / (all(1) + e)
  let z = x * x
  var p = all(-5.704_988_7e-3)
  p = fused(all(2.063_908_9e-2), p, z)
  p = fused(all(-5.373_971_5e-2), p, z)
  p = fused(all(1.333_144_2e-1), p, z)
  p = fused(all(-3.333_332_8e-1), p, z)
  let small = fused(x, p * z, x)
  let signed = float(bits(large) | (bits(x) & I8(repeating: Int32.min)))
  let result = selected(magnitude .< all(0.625), small, signed)
  return selected(x .!= x, x, result)
}

/// ln x within 1 ulp; −∞ at 0, NaN below. Cephes' polynomial.
@inline(__always)
func logarithm(_ x: V8) -> V8 {
  let isSubnormal = x .< all(0x1p-126)
  let scaled = selected(isSubnormal, x * all(8_388_608), x)
  let adjust = selected(isSubnormal, all(-23), all(0))
  let raw = bits(scaled)
  var exponent = converted((raw &>> 23) &- I8(repeating: 126)) + adjust
  var m = float((raw & I8(repeating: 0x007F_FFFF)) | I8(repeating: 0x3F00_0000))
  let isLow = m .< all(0.707_106_77)
  exponent = selected(isLow, exponent - all(1), exponent)
  m = selected(isLow, m + m, m) - all(1)
  let z = m * m
  var p = all(7.037_683_6e-2)
  p = fused(all(-1.151_461e-1), p, m)
  p = fused(all(1.167_699_9e-1), p, m)
  p = fused(all(-1.242_014_1e-1), p, m)
  p = fused(all(1.424_932_3e-1), p, m)
  p = fused(all(-1.666_805_8e-1), p, m)
  p = fused(all(2.000_071_5e-1), p, m)
  p = fused(all(-2.499_999_4e-1), p, m)
  p = fused(all(3.333_333e-1), p, m)
  var y = p * m * z
  y = fused(y, exponent, all(-2.121_944_4e-4))
  y = fused(y, z, all(-0.5))
  var result = fused(m + y, exponent, all(0.693_359_375))
  result = selected(x .== all(0), all(-.infinity), result)
  result = selected(x .== all(.infinity), x, result)
  return selected(x .>= all(0), result, all(.nan))
}

/// sin or cos within 1 ulp of 1.
@inline(__always)
func sine(_ x: V8, isCosine: Bool) -> V8 {
  var (n, quadrant) = nearest(x * all(0.636_619_77))
  var r = fused(x, n, all(-1.570_312_5))
  r = fused(r, n, all(-4.837_512_97e-4))
  r = fused(r, n, all(-7.549_789_95e-8))
  // For larger |x| the product of n and the first part of π ÷ 2 is not exact.
  let isLarge = float(bits(x) & I8(repeating: 0x7FFF_FFFF)) .> all(8192)
  if anyOf(isLarge) {
    for lane in 0..<8 where isLarge[lane] && x[lane].isFinite {
      (r[lane], quadrant[lane]) = reducedByQuadrants(x[lane])
    }
  }
  n = r * r
  var s = all(-1.951_529_6e-4)
  s = fused(all(8.332_161e-3), s, n)
  s = fused(all(-1.666_665_5e-1), s, n)
  s = fused(r, s * n, r)
  var c = all(2.443_315_7e-5)
  c = fused(all(-1.388_731_6e-3), c, n)
  c = fused(all(4.166_664_6e-2), c, n)
  c = fused(fused(all(1), n, all(-0.5)), c * n, n)
  if isCosine { quadrant = quadrant &+ I8(repeating: 1) }
  let isOdd = (quadrant & I8(repeating: 1)) .== I8(repeating: 1)
  let result = selected(isOdd, c, s)
  return float(bits(result) ^ ((quadrant & I8(repeating: 2)) &<< 30))
}

/// x − q × π ÷ 2 in [−π ÷ 4, π ÷ 4], and q modulo 4, for finite |x| > 4096.
///
/// The fraction of x × 2 ÷ π is made of those 96 bits of 2 ÷ π alone that matter for the exponent of
/// x (Payne and Hanek, "Radian reduction for trigonometric functions").
@inline(never)
private func reducedByQuadrants(_ x: Float) -> (remainder: Float, quadrant: Int32) {
  // 32 zero bits, then 2 ÷ π.
  let digits = SIMD8<UInt32>(
    0, 0xA2F9_836E, 0x4E44_1529, 0xFC27_57D1, 0xF534_DDC0, 0xDB62_9599, 0x3C43_9041, 0xFE51_63AB)
  let exponent = Int(x.bitPattern &>> 23 & 255) &- 127
  let mantissa = UInt64(x.bitPattern & 0x7F_FFFF | 0x80_0000)
  // Bits before this one are whole turns.
  let first = exponent &+ 7
  let (word, shift) = (first &>> 5, UInt64(first & 31))
  let a = UInt64(digits[word]) &<< 32 | UInt64(digits[word &+ 1])
  let b = UInt64(digits[word &+ 1]) &<< 32 | UInt64(digits[word &+ 2])
  let c = UInt64(digits[word &+ 2]) &<< 32 | UInt64(digits[word &+ 3])
  let high = (a &<< shift) &>> 32
  let middle = (b &<< shift) &>> 32
  let low = (c &<< shift) &>> 32
  // Quadrants in units of 2^−62, modulo 4.
  let product = (mantissa &* high) &<< 32 &+ mantissa &* middle &+ (mantissa &* low) &>> 32
  let quadrant = (product &+ 1 &<< 61) &>> 62
  let rest = Int64(bitPattern: product &- quadrant &<< 62)
  let remainder = Float(Double(rest) * (1.570_796_326_794_896_6 * 0x1p-62))
  let turned = Int32(truncatingIfNeeded: quadrant)
  return x < 0 ? (-remainder, 0 &- turned) : (remainder, turned)
}

/// 0.5 × (1 + erf(x ÷ √2)) × x within 1.5 ulp of the greater of the result and 1.
/// erfc by Abramowitz and Stegun's form with Numerical Recipes' coefficients.
@inline(__always)
func gaussianUnit(_ x: V8) -> V8 {
  let z = float(bits(x) & I8(repeating: 0x7FFF_FFFF)) * all(0.707_106_77)
  let t = all(1) / fused(all(1), all(0.5), z)
  var p = all(0.170_872_77)
  p = fused(all(-0.822_152_23), p, t)
  p = fused(all(1.488_515_87), p, t)
  p = fused(all(-1.135_203_98), p, t)
  p = fused(all(0.278_868_07), p, t)
  p = fused(all(-0.186_288_06), p, t)
  p = fused(all(0.096_784_18), p, t)
  p = fused(all(0.374_091_96), p, t)
  p = fused(all(1.000_023_68), p, t)
  p = fused(all(-1.265_512_23), p, t)
  let tail = t * exponential(fused(p, -z, z)) * all(0.5)
  return x * selected(x .< all(0), tail, all(1) - tail)
}

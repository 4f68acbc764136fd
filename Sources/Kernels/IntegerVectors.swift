#if arch(x86_64)
  import _Builtin_intrinsics.intel
#endif

typealias S16 = SIMD16<Int16>

extension UnsafeRawPointer {
  @inline(__always)
  func integers(_ byteOffset: Int) -> I8 {
    loadUnaligned(fromByteOffset: byteOffset, as: I8.self)
  }

  @inline(__always)
  func shorts(_ byteOffset: Int) -> S16 {
    loadUnaligned(fromByteOffset: byteOffset, as: S16.self)
  }

  @inline(__always)
  func integer(_ byteOffset: Int) -> Int32 {
    loadUnaligned(fromByteOffset: byteOffset, as: Int32.self)
  }
}

/// Lane i: the sum of the two products of a's and b's int16 in lane i.
@inline(__always)
func pairProducts(_ a: I8, _ b: I8) -> I8 {
  #if V3 && arch(x86_64)
    unsafeBitCast(
      _mm256_madd_epi16(unsafeBitCast(a, to: __m256i.self), unsafeBitCast(b, to: __m256i.self)),
      to: I8.self)
  #elseif arch(x86_64)
    I8(
      lowHalf: pairProducts(a.lowHalf, b.lowHalf), highHalf: pairProducts(a.highHalf, b.highHalf))
  #else
    ((a &<< 16) &>> 16) &* ((b &<< 16) &>> 16) &+ (a &>> 16) &* (b &>> 16)
  #endif
}

#if arch(x86_64) && !V3
  @inline(__always)
  private func pairProducts(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD4<Int32> {
    unsafeBitCast(
      _mm_madd_epi16(unsafeBitCast(a, to: __m128i.self), unsafeBitCast(b, to: __m128i.self)),
      to: SIMD4<Int32>.self)
  }
#endif

/// Returns the int16 of two vectors side by side, channels 0–3 and 8–11, then 4–7 and 12–15.
@inline(__always)
func interleaved(_ a: S16, _ b: S16) -> (I8, I8) {
  var low = S16()
  (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
  var high = S16()
  (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
  return (
    unsafeBitCast(S16(lowHalf: low.lowHalf, highHalf: high.lowHalf), to: I8.self),
    unsafeBitCast(S16(lowHalf: low.highHalf, highHalf: high.highHalf), to: I8.self)
  )
}

/// (a × b + 2^30) ÷ 2^31, rounded down, for b ≥ 0: SaturatingRoundingDoublingHighMul, whose
/// truncating division and sign-dependent nudge come to the same. `next` has b's odd lanes in its
/// even ones.
@inline(__always)
func doublingHigh(_ a: I8, _ b: I8, _ next: I8) -> I8 {
  let nudge = SIMD4<UInt64>(repeating: 1 << 30)
  let even = (products(a, b) &+ nudge) &>> 31
  let odd = (products(upper(a), next) &+ nudge) &<< 1
  let isOdd = I8(0, 1, 0, 1, 0, 1, 0, 1) .== I8(repeating: 1)
  return unsafeBitCast(even, to: I8.self).replacing(
    with: unsafeBitCast(odd, to: I8.self), where: isOdd)
}

@inline(__always)
private func upper(_ a: I8) -> I8 {
  unsafeBitCast(unsafeBitCast(a, to: SIMD4<UInt64>.self) &>> 32, to: I8.self)
}

/// Returns the 64-bit products of the even lanes; b ≥ 0.
@inline(__always)
private func products(_ a: I8, _ b: I8) -> SIMD4<UInt64> {
  #if V3 && arch(x86_64)
    unsafeBitCast(
      _mm256_mul_epi32(unsafeBitCast(a, to: __m256i.self), unsafeBitCast(b, to: __m256i.self)),
      to: SIMD4<UInt64>.self)
  #elseif arch(x86_64)
    // SSE2 multiplies unsigned: a < 0 is read as a + 2^32, which adds 2^32 × b to the product.
    SIMD4<UInt64>(
      lowHalf: unsignedProducts(a.lowHalf, b.lowHalf),
      highHalf: unsignedProducts(a.highHalf, b.highHalf))
      &- (unsafeBitCast((a &>> 31) & b, to: SIMD4<UInt64>.self) &<< 32)
  #else
    unsafeBitCast(
      ((unsafeBitCast(a, to: SIMD4<Int64>.self) &<< 32) &>> 32)
        &* ((unsafeBitCast(b, to: SIMD4<Int64>.self) &<< 32) &>> 32), to: SIMD4<UInt64>.self)
  #endif
}

#if arch(x86_64) && !V3
  @inline(__always)
  private func unsignedProducts(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> SIMD2<UInt64> {
    unsafeBitCast(
      _mm_mul_epu32(unsafeBitCast(a, to: __m128i.self), unsafeBitCast(b, to: __m128i.self)),
      to: SIMD2<UInt64>.self)
  }
#endif

/// x ÷ 2^shift, halves away from zero: RoundingDivideByPOT.
@inline(__always)
func roundingShift(_ x: I8, _ shift: I8) -> I8 {
  let mask = (I8(repeating: 1) &<< shift) &- I8(repeating: 1)
  let rest = x & mask
  let threshold = (mask &>> 1) &- (x &>> 31)
  let isUp = unsafeBitCast(rest .> threshold, to: I8.self)
  return (x &>> shift) &- isUp
}

/// The same for shifts from 1 on and what `doublingHigh` gives, which is neither the least nor the
/// greatest int32.
@inline(__always)
func roundingShift(_ x: I8, positive shift: I8) -> I8 {
  let less = shift &- I8(repeating: 1)
  let twice = shifted(x &+ (x &>> 31), less)
  return (twice &+ I8(repeating: 1)) &>> 1
}

@inline(__always)
private func shifted(_ x: I8, _ right: I8) -> I8 {
  #if V3 && arch(x86_64)
    unsafeBitCast(
      _mm256_srav_epi32(unsafeBitCast(x, to: __m256i.self), unsafeBitCast(right, to: __m256i.self)),
      to: I8.self)
  #else
    x &>> right
  #endif
}

/// Converts to int16, whose ends stand for values beyond them.
@inline(__always)
func saturated(_ x: I8) -> SIMD8<Int16> {
  #if arch(x86_64)
    unsafeBitCast(
      _mm_packs_epi32(
        unsafeBitCast(x.lowHalf, to: __m128i.self), unsafeBitCast(x.highHalf, to: __m128i.self)),
      to: SIMD8<Int16>.self)
  #else
    unsafeBitCast(
      clamped(x, I8(repeating: -32768), I8(repeating: 32767)), to: SIMD16<Int16>.self
    ).evenHalf
  #endif
}

@inline(__always)
func clamped(_ x: SIMD8<Int16>, _ low: Int32, _ high: Int32) -> SIMD8<Int16> {
  let least = SIMD8<Int16>(repeating: Int16(truncatingIfNeeded: low))
  let most = SIMD8<Int16>(repeating: Int16(truncatingIfNeeded: high))
  let raised = x.replacing(with: least, where: x .< least)
  return raised.replacing(with: most, where: raised .> most)
}

@inline(__always)
func clamped(_ x: I8, _ low: I8, _ high: I8) -> I8 {
  let raised = x.replacing(with: low, where: x .< low)
  return raised.replacing(with: high, where: raised .> high)
}

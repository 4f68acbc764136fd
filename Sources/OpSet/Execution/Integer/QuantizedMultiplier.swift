/// A positive real factor as LiteRT multiplies integers with it: a 31-bit fraction and a power of
/// two; int32 values are rounded twice (MultiplyByQuantizedMultiplier without
/// TFLITE_SINGLE_ROUNDING).
struct QuantizedMultiplier {
  /// The fraction in [2^30, 2^31), or 0.
  private(set) var fraction: Int32 = 0
  /// The shift in bits, to the left if positive. From 32 on the runtime shifts by the remainder, as
  /// x86 does and `&<<` here: where scales are far beyond what an int32 shows, bits agree all the same.
  private(set) var shift = 0

  init(_ factor: Double) {
    guard factor != 0, factor.isFinite else { return }
    var wide = Int64((factor.significand / 2 * 0x1p31).rounded())
    shift = Int(factor.exponent) + 1
    if wide == 1 << 31 {
      wide /= 2
      shift += 1
    }
    // Smaller than any effect on an integer.
    guard shift >= -31 else {
      shift = 0
      return
    }
    fraction = Int32(wide)
  }

  /// Parts as they are, not normalized.
  init(fraction: Int32, shift: Int) {
    self.fraction = fraction
    self.shift = shift
  }

  @inline(__always)
  func apply(_ value: Int32) -> Int32 {
    let left = Int32(truncatingIfNeeded: max(shift, 0))
    return Self.shifted(Self.product(value &<< left, fraction), right: max(-shift, 0))
  }

  /// Returns a 15-bit fraction and one rounding, halves up: MultiplyByQuantizedMultiplier of an
  /// int64.
  @inline(__always)
  func apply(_ value: Int64) -> Int32 {
    let nudge: Int64 = 1 &<< (wideShift &- 1)
    return Int32(truncatingIfNeeded: (value &* Int64(wideFraction) &+ nudge) &>> wideShift)
  }

  /// The fraction that int64 values are multiplied with, and the shift to the right that follows.
  var wideFraction: Int32 { fraction < 0x7FFF_0000 ? (fraction &+ 0x8000) >> 16 : 0x7FFF }
  var wideShift: Int64 { Int64(15 - shift) }

  /// Returns the high half of 2 × a × b, rounded (SaturatingRoundingDoublingHighMul).
  @inline(__always)
  private static func product(_ a: Int32, _ b: Int32) -> Int32 {
    if a == b, a == .min { return .max }
    let wide = Int64(a) &* Int64(b)
    let nudge: Int64 = wide >= 0 ? 1 << 30 : 1 - (1 << 30)
    return Int32(truncatingIfNeeded: (wide &+ nudge) / (1 << 31))
  }

  /// x ÷ 2^right, halves away from zero (RoundingDivideByPOT).
  @inline(__always)
  private static func shifted(_ x: Int32, right: Int) -> Int32 {
    guard right > 0 else { return x }
    let bits = Int32(truncatingIfNeeded: right)
    let mask = Int32(truncatingIfNeeded: (Int64(1) &<< Int64(right)) &- 1)
    let threshold = (mask &>> 1) &+ (x < 0 ? 1 : 0)
    return (x &>> bits) &+ ((x & mask) > threshold ? 1 : 0)
  }
}

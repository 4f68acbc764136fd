/// A raw value of gemmlowp's fixed-point arithmetic: int32 or int16, with the binary point wherever
/// the function says. Sums wrap.
protocol FixedPoint: FixedWidthInteger, SignedInteger, BitwiseCopyable {
  /// Returns the high half of 2 × a × b, rounded (SaturatingRoundingDoublingHighMul): a product of
  /// which one factor has no integer bits.
  static func highProduct(_ a: Self, _ b: Self) -> Self
  /// Half the sum without overflow, halves away from zero (RoundingHalfSum).
  static func halfSum(_ a: Self, _ b: Self) -> Self
  /// A constant that is given for int32.
  static func constant(_ value: Int32) -> Self
}

extension Int32: FixedPoint {
  // Halves are rounded towards +∞; gemmlowp's nudge and truncating division do the same.
  @inline(__always)
  static func highProduct(_ a: Int32, _ b: Int32) -> Int32 {
    if a == .min, b == .min { return .max }
    return Int32(truncatingIfNeeded: (Int64(a) &* Int64(b) &+ 1 << 30) &>> 31)
  }

  @inline(__always)
  static func halfSum(_ a: Int32, _ b: Int32) -> Int32 {
    let sum = Int64(a) &+ Int64(b)
    return Int32(truncatingIfNeeded: (sum &+ (sum >= 0 ? 1 : -1)) / 2)
  }

  @inline(__always)
  static func constant(_ value: Int32) -> Int32 { value }
}

extension Int16: FixedPoint {
  @inline(__always)
  static func highProduct(_ a: Int16, _ b: Int16) -> Int16 {
    if a == .min, b == .min { return .max }
    return Int16(truncatingIfNeeded: (Int32(a) &* Int32(b) &+ 1 << 14) &>> 15)
  }

  @inline(__always)
  static func halfSum(_ a: Int16, _ b: Int16) -> Int16 {
    let sum = Int32(a) &+ Int32(b)
    return Int16(truncatingIfNeeded: (sum &+ (sum >= 0 ? 1 : -1)) / 2)
  }

  @inline(__always)
  static func constant(_ value: Int32) -> Int16 {
    Int16(truncatingIfNeeded: value.roundedShift(right: 16))
  }
}

extension FixedPoint {
  /// x ÷ 2^right, halves away from zero (RoundingDivideByPOT); right is from 0 to the width − 1.
  @inline(__always)
  func roundedShift(right: Int) -> Self {
    guard right > 0 else { return self }
    let bits = Self(truncatingIfNeeded: right)
    let mask = (Self(1) &<< bits) &- 1
    let threshold = (mask &>> 1) &+ (self < 0 ? 1 : 0)
    return (self &>> bits) &+ ((self & mask) > threshold ? 1 : 0)
  }

  /// x × 2^left, limited to the type (SaturatingRoundingMultiplyByPOT).
  @inline(__always)
  func saturatedShift(left: Int) -> Self {
    guard left > 0 else { return self }
    let limit = (Self(1) &<< Self(truncatingIfNeeded: Self.bitWidth &- 1 &- left)) &- 1
    if self > limit { return .max }
    if self < 0 &- limit { return .min }
    return self &<< Self(truncatingIfNeeded: left)
  }

  /// e^x for x in [−1/4, 0): a Taylor polynomial about −1/8. No integer bits.
  @inline(__always)
  private static func exponentialNearZero(_ value: Self) -> Self {
    let constant = constant(1_895_147_668)  // e^(−1/8)
    let third = Self.constant(715_827_883)
    let x = value &+ Self(1) &<< Self(Self.bitWidth - 4)
    let x2 = highProduct(x, x)
    let x3 = highProduct(x2, x)
    let x4 = highProduct(x2, x2)
    let tail = (highProduct(x4.roundedShift(right: 2) &+ x3, third) &+ x2).roundedShift(right: 1)
    return constant.addingOrSaturatingInt16(highProduct(constant, x &+ tail))
  }

  /// gemmlowp saturates this one sum, and only for int16.
  @inline(__always)
  private func addingOrSaturatingInt16(_ other: Self) -> Self {
    guard Self.bitWidth == 16 else { return self &+ other }
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (self < 0 ? .min : .max) : sum
  }

  /// e^x for x ≤ 0 with `bits` integer bits; the result has none (exp_on_negative_values).
  @inline(__always)
  func exponentialOfNegative(integerBits bits: Int) -> Self {
    if self == 0 { return .max }
    let fraction = Self.bitWidth &- 1 &- bits
    if bits > 5, self < 0 &- (Self(1) &<< Self(truncatingIfNeeded: 5 &+ fraction)) { return 0 }
    let quarter = Self(1) &<< Self(truncatingIfNeeded: fraction &- 2)
    let rest = (self & (quarter &- 1)) &- quarter
    let remainder = rest &- self
    var result = Self.exponentialNearZero(rest.saturatedShift(left: bits))
    /// Multiplies by e^(−2^exponent) where the remainder has that bit.
    func multiply(_ exponent: Int, _ power: Int32) {
      guard bits > exponent else { return }
      let bit = Self(1) &<< Self(truncatingIfNeeded: fraction &+ exponent)
      if remainder & bit != 0 { result = Self.highProduct(result, Self.constant(power)) }
    }
    multiply(-2, 1_672_461_947)
    multiply(-1, 1_302_514_674)
    multiply(0, 790_015_084)
    multiply(1, 290_630_308)
    multiply(2, 39_332_535)
    multiply(3, 720_401)
    multiply(4, 242)
    return result
  }
}

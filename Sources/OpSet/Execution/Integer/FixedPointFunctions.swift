extension FixedPoint {
  /// Newton's 1 ÷ ((1 + a) ÷ 2) for a in [0, 1], with two integer bits.
  @inline(__always)
  private static func inverseOfHalf(onePlus a: Self) -> Self {
    let half = halfSum(a, .max)
    var x = constant(1_515_870_810) &+ highProduct(half, constant(-1_010_580_540))  // 48/17, −32/17
    for _ in 0..<3 {
      let rest = one(integerBits: 2) &- highProduct(half, x)
      x = x &+ highProduct(x, rest).saturatedShift(left: 2)
    }
    return x
  }

  @inline(__always)
  private static func one(integerBits bits: Int) -> Self {
    Self(1) &<< Self(truncatingIfNeeded: bitWidth &- 1 &- bits)
  }

  /// 1 ÷ (1 + self) for self in [0, 1]; neither has integer bits.
  @inline(__always)
  var inverseOfOnePlus: Self { Self.inverseOfHalf(onePlus: self).saturatedShift(left: 1) }

  /// (1 − self) ÷ (1 + self).
  @inline(__always)
  private var oneMinusOverOnePlus: Self {
    (Self.inverseOfHalf(onePlus: self) &- Self.one(integerBits: 2)).saturatedShift(left: 2)
  }

  /// 1 ÷ (1 + e^(−x)); the result has no integer bits.
  func logistic(integerBits: Int) -> Self {
    if self == 0 { return Self.constant(1 << 30) }
    let negative = self > 0 ? 0 &- self : self
    let result = negative.exponentialOfNegative(integerBits: integerBits).inverseOfOnePlus
    return self > 0 ? result : .max &- result
  }

  /// The result has no integer bits.
  func tanh(integerBits: Int) -> Self {
    if self == 0 { return 0 }
    let negative = self < 0 ? self : 0 &- self
    // Doubling moves the binary point: same bits, one more integer bit.
    let power = negative.exponentialOfNegative(integerBits: integerBits + 1)
    let result = power.oneMinusOverOnePlus
    return self < 0 ? 0 &- result : result
  }
}

extension Int32 {
  /// 1 ÷ x for x > 0 as a fraction of 31 bits, and by how many bits x exceeds one
  /// (GetReciprocal).
  func reciprocal(integerBits: Int) -> (fraction: Int32, bitsOverOne: Int) {
    let headroom = leadingZeroBitCount
    let raised = UInt32(bitPattern: self) &<< UInt32(headroom)
    return (Int32(bitPattern: raised &- 1 << 31).inverseOfOnePlus, integerBits &- headroom)
  }

  /// 1 ÷ √x for x ≥ 0 as a fraction of 31 bits and a shift to the left
  /// (GetInvSqrtQuantizedMultiplierExp); 0 counts as 1.
  var inverseSquareRoot: (fraction: Int32, shift: Int) {
    guard self > 1 else { return (.max, 0) }
    var input = self
    var shift = 11
    while input >= 1 << 29 {
      input /= 4
      shift += 1
    }
    let pairs = (input.leadingZeroBitCount - 1) / 2 - 1
    shift -= pairs
    input = input &<< Int32(2 * pairs)
    // The values below have three integer bits.
    let half = (input &>> 1).roundedShift(right: 1)
    let halfOfThree: Int32 = 1 << 28 + 1 << 27
    var x: Int32 = 1 << 28
    for _ in 0..<5 {
      let cube = Int32.highProduct(Int32.highProduct(x, x), x).saturatedShift(left: 6)
      x = (Int32.highProduct(halfOfThree, x) &- Int32.highProduct(half, cube)).saturatedShift(
        left: 3)
    }
    x = Int32.highProduct(x, 1_518_500_250)  // √2 ÷ 2
    return shift < 0 ? (x &<< Int32(-shift), 0) : (x, -shift)
  }

  /// ln x for x ≥ 1 with 12 integer bits; the result has 5
  /// (log_x_for_x_greater_than_or_equal_to_1).
  var logarithm: Int32 {
    func times(_ a: Int32, _ b: Int32) -> Int32 { Int32.highProduct(a, b) }
    let rootOfHalf: Int32 = 1_518_500_250
    let fourthRootOfHalf: Int32 = 1_805_811_301
    let quarter: Int32 = 1 << 23
    func whole(_ value: Int, _ nudge: Int32) -> Int32 {
      let (sum, overflow) = Int32(truncatingIfNeeded: value).saturatedShift(left: 25)
        .addingReportingOverflow(nudge)
      return overflow ? (nudge > 0 ? .max : .min) : sum
    }
    // x splits into a power of two and a rest near √½ in two ways; the greater power is right.
    let headroom = leadingZeroBitCount
    let first = times(saturatedShift(left: headroom - 1), rootOfHalf).saturatedShift(left: 1)
    let second = times(self, rootOfHalf).leadingZeroBitCount - 1
    let rest = Swift.min(first, saturatedShift(left: second))
    let power = Swift.max(whole(12 - headroom, quarter), whole(12 - second, 0 - quarter))
    // A rational approximation about 2^(−1/4).
    let p = Int32.halfSum(rest, fourthRootOfHalf)
    var q = rest &- fourthRootOfHalf
    q = q &+ q
    let square = times(q, q)
    let numerator = times(q, rest) &+ times(times(q, square), 117_049_297)
    let denominator =
      times(p, 1_057_819_769 &+ q &+ times(127_690_142, square)) &+ times(638_450_708, q)
    let ratio = times(numerator.roundedShift(right: 6), denominator.inverseOfOnePlus)
    return (times(power, 1_488_522_236) &+ ratio).saturatedShift(left: 1)  // ln 2
  }
}

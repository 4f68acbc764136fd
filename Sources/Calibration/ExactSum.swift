/// A sum of real numbers that does not depend on their order: each is rounded to a multiple of
/// 2^−64 once, and the integers are added in 128 bits.
public struct ExactSum: Hashable, Sendable {
  /// The whole part, rounded down.
  public private(set) var high: Int64 = 0
  /// The fraction × 2^64.
  public private(set) var low: UInt64 = 0

  public init() {}

  public init(high: Int64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The nearest multiple; magnitudes above 2^60 are cut off there.
  public init(_ value: Double) {
    let limited = max(-0x1p60, min(0x1p60, value.isNaN ? 0 : value))
    let whole = limited.rounded(.down)
    let fraction = (limited - whole) * 0x1p64
    // Just below a whole number the difference is rounded to 1.
    let isWhole = fraction >= 0x1p64
    high = Int64(whole) + (isWhole ? 1 : 0)
    low = isWhole ? 0 : UInt64(fraction)
  }

  public static func += (sum: inout ExactSum, other: ExactSum) {
    let (low, carry) = sum.low.addingReportingOverflow(other.low)
    sum.low = low
    sum.high = sum.high &+ other.high &+ (carry ? 1 : 0)
  }

  public var value: Double { Double(high) + Double(low) * 0x1p-64 }
}

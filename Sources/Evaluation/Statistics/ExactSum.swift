/// A sum of real numbers that does not depend on their order. Each number is rounded once to a
/// multiple of 2^−64, and the integers are added in 128 bits.
package struct ExactSum: Hashable, Sendable {
  /// The whole part, rounded down.
  package private(set) var high: Int64 = 0
  /// The fraction × 2^64.
  package private(set) var low: UInt64 = 0

  package init() {}

  package init(high: Int64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Rounds to the nearest multiple; magnitudes are limited to 2^60.
  package init(_ value: Double) {
    let magnitude = min(0x1p60, value.isNaN ? 0 : abs(value))
    let whole = magnitude.rounded(.down)
    high = Int64(whole)
    // The magnitude is split, since the fraction above a negative value's floor may need more bits
    // than a double has.
    low = UInt64(((magnitude - whole) * 0x1p64).rounded())
    if value < 0 { self = negated }
  }

  package static func += (sum: inout ExactSum, other: ExactSum) {
    let (low, carry) = sum.low.addingReportingOverflow(other.low)
    sum.low = low
    sum.high = sum.high &+ other.high &+ (carry ? 1 : 0)
  }

  package var value: Double { high < 0 ? -negated.unsigned : unsigned }

  private var unsigned: Double { Double(high) + Double(low) * 0x1p-64 }

  private var negated: ExactSum {
    ExactSum(high: 0 &- high &- (low == 0 ? 0 : 1), low: 0 &- low)
  }
}

/// Order-0 entropy without the C library, so that results are the same on every host.
package enum Entropy {
  /// Returns the entropy in bits for each element of a distribution given by its counts.
  static func bits(of counts: some Sequence<Int>, total: Int) -> Double {
    guard total > 0 else { return 0 }
    var sum = 0.0
    // Millions of counts are small and equal: each small count needs one logarithm.
    var small = [Int](repeating: 0, count: 1024)
    for count in counts {
      if count < small.count {
        small[count] &+= 1
      } else {
        sum += Double(count) * log2(Double(count))
      }
    }
    for count in 2..<small.count where small[count] > 0 {
      sum += Double(small[count] * count) * log2(Double(count))
    }
    // Rounding may give less than zero for a single value.
    return max(0, log2(Double(total)) - sum / Double(total))
  }

  /// Returns the binary logarithm of a positive finite number to within a few units in the last
  /// place; exact for powers of two.
  package static func log2(_ value: Double) -> Double {
    var exponent = Double(value.exponent)
    var significand = value.significand
    if significand > 1.4142135623730951 {
      significand /= 2
      exponent += 1
    }
    // ln m = 2 artanh((m - 1) / (m + 1)); the ratio is below 0.172, so 11 terms are enough.
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var series = 0.0
    for term in stride(from: 21, through: 1, by: -2) { series = series * square + 1 / Double(term) }
    let inverseOfNaturalLog = 1.4426950408889634
    return exponent + 2 * ratio * series * inverseOfNaturalLog
  }
}

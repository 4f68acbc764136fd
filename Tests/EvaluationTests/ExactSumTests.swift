import Platform
import Testing

@testable import Evaluation

/// Arithmetic with whole numbers of units of 2^−64 judges.
@Suite struct ExactSumTests {
  @Test("A value is the nearest multiple of 2^−64")
  func values() {
    let cases: [(Double, Int64, UInt64)] = [
      (0, 0, 0), (-0.0, 0, 0), (1, 1, 0), (-1, -1, 0), (0.5, 0, 1 << 63), (-0.5, -1, 1 << 63),
      (0x1p-64, 0, 1), (-0x1p-64, -1, .max), (0x1p-66, 0, 0), (-0x1p-66, 0, 0),
      (1e-300, 0, 0), (-1e-300, 0, 0), (.leastNonzeroMagnitude, 0, 0), (-1e-30, 0, 0),
      (0x1p60, 1 << 60, 0), (1e300, 1 << 60, 0), (-.infinity, -(1 << 60), 0), (.nan, 0, 0),
      (2.75, 2, 3 << 62), (-2.75, -3, 1 << 62), (0x1.fffffffffffffp-1, 0, ~0x7FF),
    ]
    for (value, high, low) in cases {
      #expect(ExactSum(value) == ExactSum(high: high, low: low), "\(value)")
    }
  }

  @Test func `What was put in comes out`() {
    for value in [0.1, -0.1, 1e-9, -1e-9, 12345.678, -12345.678, 0x1p59, -0x1p59] {
      #expect(abs(ExactSum(value).value - value) <= 0x1p-64 + abs(value) * 0x1p-52, "\(value)")
    }
  }

  @Test func `The order does not matter, where that of doubles does`() {
    var generator = SeededRandom(seed: 77)
    let values = (0..<2000).map { index in
      Double.random(in: -1...1, using: &generator)
        * Double(sign: .plus, exponent: index % 70 - 35, significand: 1)
    }
    func sum(_ values: [Double]) -> ExactSum {
      values.reduce(into: ExactSum()) { $0 += ExactSum($1) }
    }
    let expected = sum(values)
    for _ in 0..<20 {
      let shuffled = values.shuffled(using: &generator)
      #expect(sum(shuffled) == expected)
      let cut = Int.random(in: 0...2000, using: &generator)
      var halves = sum(Array(shuffled[cut...]))
      halves += sum(Array(shuffled[..<cut]))
      #expect(halves == expected)
    }
    let plain = values.sorted { abs($0) < abs($1) }.reduce(0, +)
    #expect(abs(expected.value - plain) <= abs(plain) * 1e-9 + 1e-9)
  }

  @Test func `A value and its opposite cancel`() {
    for value in [1e-12, 0.3, 17.25, 1e15] {
      var sum = ExactSum(value)
      sum += ExactSum(-value)
      #expect(sum == ExactSum(), "\(value)")
    }
  }
}

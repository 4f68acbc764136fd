import Foundation
import KernelTable
import OpSet
import Platform
import TestSupport
import Testing

extension KernelTable: CustomTestStringConvertible {
  public var testDescription: String { name }
}

/// Judge: Foundation's functions of double precision.
@Suite struct TranscendentalKernelsTests {
  static let tables = [KernelTable.base] + [KernelTable.v3].compactMap { $0 }

  /// Every binade with both signs, densely where functions bend, and special values.
  static let samples: [Float] = {
    var random = SeededRandom(seed: 0x9E37_79B9_7F4A_7C15)
    var samples: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 8192, -8192]
    for exponent in UInt32(0)..<255 {
      for mantissa in [0, 1, 0x7F_FFFF]
        + (0..<250).map({ _ in UInt32(random.next() >> 32) & 0x7F_FFFF })
      {
        let magnitude = Float(bitPattern: exponent << 23 | mantissa)
        samples += [magnitude, -magnitude]
      }
    }
    for _ in 0..<200_000 { samples.append(random.uniform() * 220 - 110) }
    for _ in 0..<50_000 { samples.append(random.uniform() * 4 - 2) }
    for _ in 0..<50_000 { samples.append((random.uniform() * 2 - 1) * 20_000) }
    return samples
  }()

  /// An operation, what it should be, and how many units in the last place of the greater of the
  /// result and `floor` it may be off.
  struct Bound: Sendable, CustomTestStringConvertible {
    let operation: UnaryOperation
    let ulps: Double
    var floor: Float = 0
    let exact: @Sendable (Double) -> Double

    var testDescription: String { "\(operation)" }
  }

  static let bounds: [Bound] = [
    Bound(operation: .exp, ulps: 1.5) { exp($0) },
    Bound(operation: .log, ulps: 1) { log($0) },
    Bound(operation: .logistic, ulps: 2.5) { x in
      x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
    },
    Bound(operation: .tanh, ulps: 3.5) { tanh($0) },
    Bound(operation: .sin, ulps: 1, floor: 1) { sin($0) },
    Bound(operation: .cos, ulps: 1, floor: 1) { cos($0) },
    Bound(operation: .elu, ulps: 1.5) { $0 < 0 ? expm1($0) : $0 },
    Bound(operation: .gelu, ulps: 1.5, floor: 1) { 0.5 * $0 * erfc(-$0 * 0.5.squareRoot()) },
    Bound(operation: .geluApproximate, ulps: 2, floor: 1) { x in
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    },
    Bound(operation: .sqrt, ulps: 0.5) { $0.squareRoot() },
    Bound(operation: .rsqrt, ulps: 1.5) { 1 / $0.squareRoot() },
  ]

  @Test("Functions of floats stay within the bounds that they state", arguments: bounds, tables)
  func accuracy(_ bound: Bound, _ table: KernelTable) {
    var results = Self.samples
    results.withUnsafeMutableBufferPointer {
      guard let base = $0.baseAddress else { return }
      table.unary(bound.operation, base, base, $0.count, 0)
    }
    var worst = 0.0
    var place: Float = 0
    for (x, result) in zip(Self.samples, results) {
      let exact = bound.exact(Double(x))
      let error = Self.error(result, exact, floor: bound.floor)
      if error > worst || error.isNaN { (worst, place) = (error, x) }
      if error.isNaN { break }
    }
    #expect(worst <= bound.ulps, "at \(place)")
  }

  /// In units of the last place; NaN where one of the two is a number and the other is not.
  static func error(_ result: Float, _ exact: Double, floor: Float) -> Double {
    if exact.isNaN || result.isNaN { return exact.isNaN && result.isNaN ? 0 : .nan }
    let nearest = Float(exact)
    if nearest == result { return 0 }
    guard nearest.isFinite, result.isFinite else {
      // Just beyond the greatest float is where one rounding more or less decides.
      let finite = nearest.isFinite ? nearest : result
      return finite.magnitude > 3.402_820e38 && finite.sign == nearest.sign ? 0 : .infinity
    }
    let unit = max(nearest.magnitude, floor).ulp
    return (Double(result) - exact).magnitude / Double(unit)
  }

  @Test("Softmax of rows up to a thousand is within 8 ulp", arguments: tables)
  func softmax(_ table: KernelTable) {
    var random = SeededRandom(seed: 42)
    for (count, spread) in [(1, 1), (2, 3), (7, 10), (8, 100), (9, 0.1), (1000, 5), (1001, 60)] {
      for beta in [Float(1), 0.5, 2] {
        let input = (0..<count).map { _ in (random.uniform() - 0.5) * Float(spread) }
        var output = [Float](repeating: 0, count: count)
        table.softmax(input, &output, count, beta)
        // Exponents are rounded to floats, by the runtime's kernels too.
        let greatest = input.max() ?? 0
        let powers = input.map { exp(Double(($0 - greatest) * beta)) }
        let sum = powers.reduce(0, +)
        for (result, power) in zip(output, powers) {
          let error = Self.error(result, power / sum, floor: 0x1p-126)
          #expect(error <= 8, "\(count) \(spread) \(beta)")
        }
      }
    }
  }

  @Test("Softmax knows infinities", arguments: tables)
  func infiniteSoftmax(_ table: KernelTable) {
    func softmax(_ input: [Float]) -> [Float] {
      var output = input
      table.softmax(input, &output, input.count, 1)
      return output
    }
    #expect(softmax([0, -.infinity, 0]) == [0.5, 0, 0.5])
    #expect(softmax([3.0e38, -3.0e38]) == [1, 0])
    #expect(softmax([-.infinity, -.infinity]).filter(\.isNaN).count == 2)
    #expect(softmax([0, .nan, 0]).filter(\.isNaN).count == 3)
  }
}

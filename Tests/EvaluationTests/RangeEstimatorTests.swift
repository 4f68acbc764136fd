import Platform
import Testing

@testable import Evaluation

/// Cases whose result was worked out by hand judge.
@Suite struct RangeEstimatorTests {
  private func estimator(_ values: [Float]) -> RangeEstimator {
    var found = TensorStatistics()
    values.withUnsafeBufferPointer { found.add($0.baseAddress!, count: values.count, channels: 1) }
    return RangeEstimator(found.histogram)
  }

  /// Evenly spaced values.
  private func even(_ range: ClosedRange<Float>, _ count: Int) -> [Float] {
    (0..<count).map { index in
      range.lowerBound
        + (range.upperBound - range.lowerBound) * Float(index) / Float(count - 1)
    }
  }

  static let methods: [RangeMethod] = [
    .auto, .minmax, .percentile(99.9), .mse, .entropy, .ema,
  ]

  @Test func `Least and greatest are widened to zero`() {
    #expect(estimator([1, 3, 2]).range(.minmax) == 0...3)
    #expect(estimator([-1, -3, -2]).range(.minmax) == -3...0)
    #expect(estimator([-1, 2]).range(.minmax) == -1...2)
  }

  @Test func `Of a thousand numbers 99 percent leave out the ten greatest`() {
    let found = estimator((1...1000).map(Float.init)).range(.percentile(99))
    // 990 is the last that stays; its bin ends at 990.5.
    #expect(found.lowerBound == 0)
    #expect(found.upperBound >= 990 && found.upperBound <= 990.5)
  }

  @Test func `Where both signs are, each end loses half`() {
    let numbers = (1...1000).map(Float.init)
    let found = estimator(numbers + numbers.map(-)).range(.percentile(99))
    #expect(found.lowerBound >= -991 && found.lowerBound <= -990)
    #expect(found.upperBound >= 990 && found.upperBound <= 991)
  }

  @Test func `All values are within 100 percent`() {
    #expect(estimator([-2, 1, 5]).range(.percentile(100)) == -2...5)
  }

  @Test func `Evenly spread values are not cut`() {
    #expect(estimator(even(-1...1, 20001)).range(.mse) == -1...1)
    #expect(estimator(even(0...8, 20001)).range(.mse) == 0...8)
  }

  @Test func `An outlier is cut where rounding gains as much as cutting loses`() {
    // 10^5 values in −1 to 1 and one at 100. With the end at c the error is
    // 10^5 × ((c + 1) ÷ 255)² ÷ 12 + (100 − c)², which is least at c = 88.5.
    let found = estimator(even(-1...1, 100_000) + [100]).range(.mse)
    #expect(abs(found.upperBound - 88.5) <= 2)
    #expect(found.lowerBound >= -1 && found.lowerBound <= -0.8)
  }

  @Test func `What a following clamp hides costs nothing`() {
    let values = estimator(even(0...20, 20001))
    #expect(values.range(.mse) == 0...20)
    let found = values.range(.mse, seenThrough: { min(6, max(0, $0)) })
    // The step of the search above 6.
    #expect(found.lowerBound == 0 && found.upperBound == 6.25)
  }

  @Test func `Entropy cuts an outlier that is far away`() {
    // Sums of two evenly spread values: with 255 levels up to 100 their slopes would become steps.
    let half = even(-0.5...0.5, 300)
    let bulk = half.flatMap { x in half.map { x + $0 } }
    let found = estimator(bulk + [100]).range(.entropy)
    #expect(found.upperBound < 100 && found.upperBound >= 1 && found.contains(0))
  }

  @Test("Every method stays within least and greatest, and contains zero", arguments: methods)
  func contained(method: RangeMethod) {
    var generator = SeededRandom(seed: 4)
    for shift in [-2, 0, 0.5, 3] as [Float] {
      let values = (0..<3000).map { _ in
        shift + Float.random(in: -1...1, using: &generator)
          * Float.random(in: 0...1, using: &generator)
      }
      let estimator = estimator(values)
      let found = estimator.range(method)
      #expect(found.contains(0) && found.lowerBound < found.upperBound)
      #expect(estimator.minmax.lowerBound <= found.lowerBound, "\(shift)")
      #expect(estimator.minmax.upperBound >= found.upperBound, "\(shift)")
    }
  }

  @Test("Nothing, and nothing but zeros, have the range zero", arguments: methods)
  func empty(method: RangeMethod) {
    #expect(RangeEstimator(Histogram()).range(method) == 0...0)
    #expect(estimator([0, 0, 0]).range(method) == 0...0)
  }

  @Test("Extreme values have a range", arguments: methods)
  func extreme(method: RangeMethod) {
    for values in [[Float.greatestFiniteMagnitude, -1], [1e-42, -1e-42], [1e-38]] {
      let found = estimator(values).range(method)
      #expect(found.lowerBound.isFinite && found.upperBound.isFinite && found.contains(0))
    }
  }

  @Test func `Names are read and written`() {
    for text in ["auto", "minmax", "mse", "entropy", "ema", "percentile:99.5"] {
      #expect(RangeMethod(text)?.description == text)
    }
    #expect(RangeMethod("percentile") == .percentile(99.99))
    for text in ["", "best", "mse:1", "percentile:", "percentile:50", "percentile:100.1", "MSE"] {
      #expect(RangeMethod(text) == nil, "\(text)")
    }
  }
}

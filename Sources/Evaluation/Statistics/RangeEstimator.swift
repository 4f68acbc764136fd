/// The range that 8-bit integers should cover, from the histogram of an activation. Ranges contain
/// zero, because padding and ReLU need it exactly.
package struct RangeEstimator {
  private let histogram: Histogram
  /// Values below each bin, and their number and sums for the error of what is clipped.
  private let occupied: [(value: Double, count: Double)]
  private let low: Double
  private let high: Double

  package init(_ histogram: Histogram) {
    self.histogram = histogram
    occupied = histogram.counts.enumerated().compactMap { bin, count in
      count > 0 ? (histogram.center(bin), Double(count)) : nil
    }
    low = min(0, Double(histogram.least))
    high = max(0, Double(histogram.greatest))
  }

  package var minmax: ClosedRange<Float> { Float(low)...Float(high) }

  package func range(_ method: RangeMethod, seenThrough function: ((Double) -> Double)? = nil)
    -> ClosedRange<Float>
  {
    guard !histogram.isEmpty, high > low else { return minmax }
    switch method {
    case .minmax, .ema: return minmax
    case .percentile(let percent): return percentile(percent)
    case .mse, .auto: return leastError(seenThrough: function)
    case .entropy: return leastDivergence
    }
  }

  /// Returns the range without the share of values beyond `percent`: half at each end with values
  /// of its sign.
  package func percentile(_ percent: Double) -> ClosedRange<Float> {
    let total = occupied.reduce(0) { $0 + $1.count }
    let sides = (low < 0 ? 1.0 : 0) + (high > 0 ? 1 : 0)
    let dropped = total * (1 - percent / 100) / max(sides, 1)
    func edge(_ bins: some Sequence<(value: Double, count: Double)>) -> Double {
      var seen = 0.0
      for bin in bins {
        seen += bin.count
        if seen > dropped { return bin.value }
      }
      return 0
    }
    let half = histogram.width / 2
    let bottom = low < 0 ? max(low, min(0, edge(occupied) - half)) : 0
    let top = high > 0 ? min(high, max(0, edge(occupied.reversed()) + half)) : 0
    return Float(bottom)...Float(top)
  }

  // MARK: Mean square error

  /// Coordinate descent over both ends in steps of 1/64 of each side.
  private func leastError(seenThrough function: ((Double) -> Double)?) -> ClosedRange<Float> {
    let error = ErrorOfRange(
      occupied, zeros: Double(histogram.zeros), width: histogram.width, function)
    var best = (low: low, high: high, error: error(low, high))
    for _ in 0..<3 {
      let before = best.error
      for step in 8..<64 {
        let part = Double(step) / 64
        for candidate in [(low * part, best.high), (best.low, high * part)]
        where candidate.1 > candidate.0 {
          let found = error(candidate.0, candidate.1)
          if found < best.error { best = (candidate.0, candidate.1, found) }
        }
      }
      if best.error >= before { break }
    }
    return Float(best.low)...Float(best.high)
  }

  // MARK: Entropy

  /// The range with the least divergence, as in TensorRT's calibration: of the clipped distribution
  /// from the same distribution in 255 levels.
  private var leastDivergence: ClosedRange<Float> {
    var best = (low: low, high: high, divergence: Double.infinity)
    for step in 16...64 {
      let part = Double(step) / 64
      let found = divergence(low * part, high * part)
      if found < best.divergence { best = (low * part, high * part, found) }
    }
    return Float(best.low)...Float(best.high)
  }

  private func divergence(_ low: Double, _ high: Double) -> Double {
    let scale = (high - low) / 255
    var reference = [Double](repeating: 0, count: occupied.count)
    var levels = [Double](repeating: 0, count: 256)
    var members = [Double](repeating: 0, count: 256)
    func level(_ value: Double) -> Int { min(255, max(0, Int(((value - low) / scale).rounded()))) }
    func inside(_ value: Double) -> Bool { value >= low && value <= high }
    let first = occupied.firstIndex { inside($0.value) } ?? 0
    let last = occupied.lastIndex { inside($0.value) } ?? 0
    for (index, bin) in occupied.enumerated() {
      let place = min(max(index, first), last)
      reference[place] += bin.count
      if inside(bin.value) {
        levels[level(bin.value)] += bin.count
        members[level(bin.value)] += 1
      }
    }
    let total = reference.reduce(0, +)
    let kept = levels.reduce(0, +)
    guard total > 0, kept > 0 else { return .infinity }
    var sum = 0.0
    for index in first...max(first, last) where reference[index] > 0 {
      let at = level(occupied[index].value)
      let model = max(levels[at] / max(members[at], 1) / kept, 1e-12)
      sum += reference[index] / total * log2(reference[index] / total / model)
    }
    return sum
  }

  private func log2(_ x: Double) -> Double {
    // x = significand × 2^exponent; a cubic of the significand is close enough to rank candidates.
    let m = x.significand - 1
    return Double(x.exponent) + m * (1.4249 + m * (-0.5821 + m * 0.1572))
  }
}

/// The sum of squared errors of rounding to 255 steps between two ends, and clipping beyond them.
private struct ErrorOfRange {
  private let bins: [(value: Double, count: Double)]
  private let seen: [Double]
  private let slopes: [Double]
  private let function: (Double) -> Double
  private let zeros: Double
  private let width: Double

  init(
    _ bins: [(value: Double, count: Double)], zeros: Double, width: Double,
    _ function: ((Double) -> Double)?
  ) {
    self.bins = bins
    self.zeros = zeros
    self.width = width
    let through = function ?? { $0 }
    self.function = through
    seen = bins.map { through($0.value) }
    slopes = bins.map { bin in
      let step = max(width, abs(bin.value) * 1e-4)
      return (through(bin.value + step) - through(bin.value - step)) / (2 * step)
    }
  }

  func callAsFunction(_ low: Double, _ high: Double) -> Double {
    let scale = (high - low) / 255
    let noise = scale * scale / 12
    let (bottom, top) = (function(low), function(high))
    var sum = 0.0
    // Zero is a level, so exact zeros have no error.
    var exact = zeros
    for (index, bin) in bins.enumerated() {
      var count = bin.count
      if exact > 0, abs(bin.value) <= width {
        let free = min(exact, count)
        exact -= free
        count -= free
      }
      if bin.value < low {
        sum += count * (seen[index] - bottom) * (seen[index] - bottom)
      } else if bin.value > high {
        sum += count * (seen[index] - top) * (seen[index] - top)
      } else {
        sum += count * noise * slopes[index] * slopes[index]
      }
    }
    return sum
  }
}

import Compression

/// Entropy-constrained scalar quantization (Chou, Lookabaugh, Gray 1989). Values go to the level
/// with the least (value − level)² + λ × (−log2 of the level's share), levels move to their means,
/// and both repeat. Frequent levels become more frequent, so the tensor deflates better.
struct RateAwareCodebook {
  let points: WeightedPoints
  /// Whether levels are integers.
  let isInteger: Bool
  /// Whether −127 and 127 stay and keep the greatest magnitudes, where levels are integers.
  var keepsEnds = true
  /// Whether 0 is a level that must stay.
  let hasZero: Bool

  /// The squared error may grow by this factor: 3 dB.
  static let growth = 2.0

  /// Returns the codebook with the greatest λ whose error is at most `growth` × that of `start`.
  func codebook(from start: Codebook) -> Codebook {
    let limit = start.error * Self.growth
    guard start.levels.count > 2, start.error > 0 else { return start }
    var best = start
    // λ is in units of mean squared error per bit; the search steps by an eighth of an octave.
    let unit = start.error / max(points.weight, 1e-300)
    var (low, high) = (-48, 48)
    while low < high {
      let middle = (low + high + 1) >> 1
      let found = settled(start, lambda: unit * Self.factor(middle))
      if found.error <= limit {
        if found.bits <= best.bits { best = found }
        low = middle
      } else {
        high = middle - 1
      }
    }
    return best
  }

  /// Eight steps per octave.
  private static func factor(_ step: Int) -> Double {
    Double(sign: .plus, exponent: step >> 3, significand: 1 + Double(step & 7) / 8)
  }

  private func settled(_ start: Codebook, lambda: Double) -> Codebook {
    var levels = start.levels.map(Double.init)
    var limits = start.limits.map(Double.init)
    for _ in 0..<40 {
      let ranges = ranges(limits, levels.count)
      let shares = ranges.map {
        points.sums[$0.upperBound].weight - points.sums[$0.lowerBound].weight
      }
      (levels, limits) = envelope(moved(levels, ranges), shares, lambda)
      if self.ranges(limits, levels.count) == ranges { break }
    }
    return Codebook(
      levels: levels.map { Float($0) }, limits: limits.map { Float($0) }, points: points)
  }

  private func ranges(_ limits: [Double], _ count: Int) -> [Range<Int>] {
    var start = 0
    return (0..<count).map { index in
      let end = index < limits.count ? max(start, points.countUp(to: limits[index])) : points.count
      defer { start = end }
      return start..<end
    }
  }

  private func stays(_ level: Double) -> Bool {
    hasZero && level == 0
      || isInteger && keepsEnds && abs(level) == Double(IntegerCodebook.greatest)
  }

  /// Returns each level moved to the mean of its points.
  private func moved(_ levels: [Double], _ ranges: [Range<Int>]) -> [Double] {
    zip(levels, ranges).map { level, range in
      guard !stays(level), !range.isEmpty else { return level }
      let mean = points.mean(range)
      return isInteger ? mean.rounded() : Double(Float(mean))
    }
  }

  /// Returns the levels that are cheapest for some value, and the limits between them. (x − a)² + λ
  /// r is least where the line a² + λ r − 2 a x is least: the lower envelope of lines.
  private func envelope(
    _ levels: [Double], _ shares: [Double], _ lambda: Double
  ) -> (levels: [Double], limits: [Double]) {
    let total = max(points.weight, 1e-300)
    var chosen: [(level: Double, cost: Double)] = []
    var limits: [Double] = []
    for (level, share) in zip(levels, shares) {
      guard share > 0 || stays(level) else { continue }
      // A level without points costs as many bits as one with a single point.
      let rate = -Entropy.log2(max(share, 1) / max(total, 1))
      let cost = level * level + lambda * rate
      if let last = chosen.last, last.level >= level {
        if stays(last.level) { continue }
        chosen.removeLast()
        if !limits.isEmpty { limits.removeLast() }
      }
      while let last = chosen.last {
        let limit = (cost - last.cost) / (2 * (level - last.level))
        if let before = limits.last, limit <= before, !stays(last.level) {
          chosen.removeLast()
          limits.removeLast()
          continue
        }
        limits.append(max(limit, limits.last ?? -.infinity))
        break
      }
      chosen.append((level, cost))
    }
    if isInteger, keepsEnds, !limits.isEmpty {
      // Each channel's greatest magnitude must stay at 127, or its scale would be lost.
      limits[limits.count - 1] = min(limits[limits.count - 1], 126.5)
      limits[0] = max(limits[0], -126.5)
    }
    if hasZero, let zero = chosen.firstIndex(where: { $0.level == 0 }) {
      // Zeros stay zeros, even where they are rare.
      if zero > 0 { limits[zero - 1] = min(limits[zero - 1], -Double(Float.leastNormalMagnitude)) }
      if zero < limits.count { limits[zero] = max(limits[zero], 0) }
    }
    return (chosen.map(\.level), limits)
  }
}

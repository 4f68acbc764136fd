import Compression

/// The values that elements of a tensor or channel may have, and which elements get which.
struct Codebook: Equatable, Sendable {
  /// Ascending and distinct, at most 256.
  private(set) var levels: [Float]
  /// Values up to `limits[i]` become level i; there is one limit fewer than levels.
  private(set) var limits: [Float]
  /// Σ weight × (value − level)² over the points that the codebook was made for.
  private(set) var error: Double
  /// A lower bound of any codebook's error on these points; equals `error` where each point is a
  /// single value.
  private(set) var leastError: Double
  /// Σ weight × value².
  let energy: Double
  /// Order-0 entropy of the levels, in bits per element.
  private(set) var bits = 0.0

  /// Each value goes to its nearest level.
  init(levels: [Double], for points: WeightedPoints, error: Double) {
    let distinct = levels.map { Float($0) }.reduce(into: [Float]()) { list, level in
      if level != list.last { list.append(level) }
    }
    self.init(levels: distinct, limits: Self.middles(distinct), points: points)
    // By the triangle inequality for distances to the centroids, replacing values by bin means
    // raises any clustering's error to at most (√E + √W)².
    let root = max(0, error.squareRoot() - points.within.squareRoot())
    leastError = points.within > 0 ? root * root : self.error
  }

  init(levels: [Float], limits: [Float], points: WeightedPoints) {
    self.levels = levels
    self.limits = limits
    energy = points.energy + points.within
    error = points.within
    leastError = 0
    var start = 0
    for (index, level) in levels.enumerated() {
      let end =
        index < limits.count
        ? max(start, points.countUp(to: Double(limits[index]))) : points.count
      error += points.error(start..<end, around: Double(level))
      let share = (points.sums[end].weight - points.sums[start].weight) / max(points.weight, 1e-300)
      if share > 0 { bits -= share * Entropy.log2(share) }
      start = end
    }
  }

  private static func middles(_ levels: [Float]) -> [Float] {
    zip(levels, levels.dropFirst()).map { Float((Double($0) + Double($1)) / 2) }
  }
}

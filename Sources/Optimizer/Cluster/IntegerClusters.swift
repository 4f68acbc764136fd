/// The best integers for points that are integers: those of a weight whose scales stay. Unlike
/// `IntegerCodebook`, whose ends give a channel its scale, levels are free. Exact: each integer goes to
/// the nearer of two neighbouring levels, so the levels are a shortest path.
struct IntegerClusters {
  private let range: ClosedRange<Int>
  private let hasZero: Bool
  /// Over the integers below `range.lowerBound` + index: Σ weight × value⁰, value¹ and value².
  private var sums: [SIMD4<Double>]
  private var count: Int { range.count }

  /// Points outside `range` count as its ends.
  init(_ points: WeightedPoints, within range: ClosedRange<Int>, hasZero: Bool) {
    self.range = range
    self.hasZero = hasZero
    var weights = [Double](repeating: 0, count: range.count)
    for (index, value) in points.values.enumerated() {
      let integer = max(range.lowerBound, min(range.upperBound, Int(value.rounded())))
      weights[integer - range.lowerBound] +=
        points.sums[index + 1].weight - points.sums[index].weight
    }
    sums = [SIMD4()]
    for (index, weight) in weights.enumerated() {
      let value = Double(range.lowerBound + index)
      sums.append(sums[index] + SIMD4(weight, weight * value, weight * value * value, 0))
    }
  }

  /// Returns at most `clusters` levels, ascending.
  func levels(_ clusters: Int) -> [Int] {
    let costs = costs()
    var best = (0..<count).map { level in
      mayStart(level) ? error(0..<level, around: level) : .infinity
    }
    // Fewer levels are used where one more does not reduce the error.
    var rows: [[Int]] = []
    for _ in 1..<max(2, clusters) {
      var (next, from) = (best, Array(0..<count))
      for to in 0..<count {
        for start in 0..<to where best[start] + costs[to * count + start] < next[to] {
          next[to] = best[start] + costs[to * count + start]
          from[to] = start
        }
      }
      rows.append(from)
      best = next
    }
    let ends = (0..<count).filter(mayEnd)
    func total(_ level: Int) -> Double { best[level] + error(level..<count, around: level) }
    guard var level = ends.min(by: { total($0) < total($1) }) else { return [] }
    var levels = [level]
    for row in rows.reversed() where row[level] != level {
      level = row[level]
      levels.append(level)
    }
    return levels.reversed().map { range.lowerBound + $0 }
  }

  /// A level of 0 must not be passed over.
  private func mayStart(_ level: Int) -> Bool { !hasZero || range.lowerBound + level <= 0 }
  private func mayEnd(_ level: Int) -> Bool { !hasZero || range.lowerBound + level >= 0 }

  /// Σ weight × (value − level)² over integers, all counted from the range's start.
  private func error(_ integers: Range<Int>, around level: Int) -> Double {
    let sum = sums[integers.upperBound] - sums[integers.lowerBound]
    let centre = Double(range.lowerBound + level)
    return max(0, sum[2] - 2 * centre * sum[1] + centre * centre * sum[0])
  }

  /// The error of the integers between two neighbouring levels, at `to` × count + `from`.
  private func costs() -> [Double] {
    var costs = [Double](repeating: .infinity, count: count * count)
    for to in 0..<count {
      for from in 0..<to where !hasZero || mayEnd(from) || mayStart(to) {
        let middle = (from + to) / 2 + 1
        costs[to * count + from] =
          error(from..<middle, around: from) + error(middle..<max(middle, to), around: to)
      }
    }
    return costs
  }
}

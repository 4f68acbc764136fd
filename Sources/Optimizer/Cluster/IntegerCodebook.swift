/// The best integers from −127 to 127 for points in that range. int8 keeps them exactly, since both
/// ends are levels and each channel's greatest magnitude becomes 127. The choice is optimal: points
/// between two neighbouring levels go to the nearer one, so the levels are a shortest path over the
/// 255 integers with the error between neighbours as step cost.
struct IntegerCodebook {
  static let greatest = WeightBits.eight.greatest

  /// Returns at most `clusters` levels, ascending.
  static func levels(
    for points: WeightedPoints, _ clusters: Int, hasZero: Bool
  ) -> (levels: [Int], error: Double) {
    let candidates = Array(-greatest...greatest)
    let n = candidates.count
    let limits = Limits(points)
    var best = [Double](repeating: .infinity, count: n)
    best[0] = limits.error(below: -greatest)
    var rows: [[Int]] = []
    for _ in 1..<max(2, clusters) {
      var next = best
      // Fewer levels are used where one more does not reduce the error.
      var from = Array(0..<n)
      for to in 1..<n {
        for start in 0..<to where best[start] < .infinity {
          guard !(hasZero && candidates[start] < 0 && candidates[to] > 0) else { continue }
          let error = best[start] + limits.error(between: candidates[start], candidates[to])
          if error < next[to] {
            next[to] = error
            from[to] = start
          }
        }
      }
      rows.append(from)
      best = next
    }
    var level = n - 1
    var levels = [candidates[level]]
    for row in rows.reversed() where row[level] != level {
      level = row[level]
      levels.append(candidates[level])
    }
    return (levels.reversed(), best[n - 1])
  }

  /// Counts points up to each half integer.
  private struct Limits {
    private let points: WeightedPoints
    /// The number of points that are at most (index − 254) ÷ 2.
    private let counts: [Int]

    init(_ points: WeightedPoints) {
      self.points = points
      counts = (0...4 * greatest).map { points.countUp(to: Double($0 - 2 * greatest) / 2) }
    }

    /// Returns the error of the points between two neighbouring levels.
    func error(between low: Int, _ high: Int) -> Double {
      let start = counts[2 * low + 2 * greatest]
      let middle = counts[low + high + 2 * greatest]
      // Rounding may put the greatest magnitudes slightly above ±127.
      let end = high == greatest ? points.count : counts[2 * high + 2 * greatest]
      return points.error(start..<middle, around: Double(low))
        + points.error(middle..<max(middle, end), around: Double(high))
    }

    func error(below level: Int) -> Double {
      points.error(0..<counts[2 * level + 2 * greatest], around: Double(level))
    }
  }
}

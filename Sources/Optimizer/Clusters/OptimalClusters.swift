/// One-dimensional k-means, solved exactly by dynamic programming.
///
/// D[q][j], the least squared error of the first j points in q clusters, is the least of
/// D[q − 1][i] + error(i..<j), and the best i never falls as j grows, so that halving finds a row in
/// O(n log n) (Grønlund et al. 2017, "Fast exact k-means, k-medians and Bregman divergence clustering
/// in 1D"). No starts, no seeds: the result is the optimum.
struct OptimalClusters {
  /// The squared error with 0, 1, … clusters, of all points.
  private(set) var errors: [Double] = []
  /// By clusters: the error when the points from `split` on are all at zero, and that split.
  private(set) var errorsWithZero: [(error: Double, split: Int)] = []
  /// By clusters and number of points: where the last cluster starts.
  private var starts: [[UInt32]] = []
  private let points: WeightedPoints

  /// Solves for up to `most` clusters.
  init(_ points: WeightedPoints, upTo most: Int) {
    self.points = points
    let n = points.count
    let rows = max(0, min(most, n))
    var previous = [Double](repeating: .infinity, count: n + 1)
    previous[0] = 0
    finish(row: previous, starts: [])
    guard rows > 0 else { return }
    var current = previous
    for row in 1...rows {
      var starts = [UInt32](repeating: 0, count: n + 1)
      points.sums.withUnsafeBufferPointer { sums in
        previous.withUnsafeBufferPointer { previous in
          current.withUnsafeMutableBufferPointer { current in
            starts.withUnsafeMutableBufferPointer { starts in
              guard let sums = sums.baseAddress, let previous = previous.baseAddress,
                let current = current.baseAddress, let starts = starts.baseAddress
              else { return }
              for j in 0..<row { current[j] = j == 0 ? 0 : .infinity }
              // Fewer points than clusters: each is its own, which the row before holds.
              for j in 0..<row {
                current[j] = previous[j]
                starts[j] = UInt32(j)
              }
              let solver = Row(sums: sums, previous: previous, current: current, starts: starts)
              solver.solve(row, n, from: row - 1, to: n - 1)
            }
          }
        }
      }
      finish(row: current, starts: starts)
      swap(&previous, &current)
    }
  }

  private mutating func finish(row: [Double], starts: [UInt32]) {
    let n = points.count
    errors.append(row[n])
    self.starts.append(starts)
    var best = (error: Double.infinity, split: n)
    for split in stride(from: n, through: 0, by: -1) {
      let error = row[split] + WeightedPoints.energy(points.sums[split], points.sums[n])
      if error < best.error { best = (error, split) }
    }
    errorsWithZero.append(best)
  }

  /// The ranges of points that the best `clusters` clusters of the first `end` points hold.
  func ranges(_ clusters: Int, of end: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var end = end
    var row = min(clusters, starts.count - 1)
    while row > 0, end > 0 {
      let start = min(Int(starts[row][end]), end)
      if start < end { ranges.append(start..<end) }
      end = start
      row -= 1
    }
    return ranges.reversed()
  }

  /// One row of the table by halving.
  private struct Row {
    let sums: UnsafePointer<WeightedPoints.Sums>
    let previous: UnsafePointer<Double>
    let current: UnsafeMutablePointer<Double>
    let starts: UnsafeMutablePointer<UInt32>

    /// Entries `low...high`, whose last clusters start in `from...to`.
    func solve(_ low: Int, _ high: Int, from: Int, to: Int) {
      guard low <= high else { return }
      let j = (low + high) / 2
      let end = sums[j]
      var best = Double.infinity
      var start = from
      var i = from
      let last = min(to, j - 1)
      while i <= last {
        let error = previous[i] + WeightedPoints.error(sums[i], end)
        if error < best {
          best = error
          start = i
        }
        i &+= 1
      }
      current[j] = best
      starts[j] = UInt32(start)
      solve(low, j - 1, from: from, to: start)
      solve(j + 1, high, from: start, to: to)
    }
  }
}

extension OptimalClusters {
  /// The centroids of the best `clusters` clusters of `points`, ascending, and their error. With
  /// `hasZero` one of them is exactly 0 and the others are the best beside it.
  static func centroids(
    of points: WeightedPoints, _ clusters: Int, hasZero: Bool
  ) -> (centroids: [Double], error: Double) {
    guard hasZero else {
      let solved = OptimalClusters(points, upTo: clusters)
      let ranges = solved.ranges(clusters, of: points.count)
      return (ranges.map(points.mean), solved.errors.last ?? 0)
    }
    // Negative points from the outermost on, and positive ones likewise in the mirror: in each, the
    // points behind the last cluster are at zero.
    let first = points.countUp(to: -.leastNonzeroMagnitude)
    let second = points.countUp(to: 0)
    let negative = points.slice(0..<first)
    let positive = points.slice(second..<points.count).mirrored
    let below = OptimalClusters(negative, upTo: clusters - 1)
    let above = OptimalClusters(positive, upTo: clusters - 1)
    var best = (error: Double.infinity, below: 0, above: 0)
    for count in below.errorsWithZero.indices {
      let rest = min(clusters - 1 - count, above.errorsWithZero.count - 1)
      guard rest >= 0 else { continue }
      let error = below.errorsWithZero[count].error + above.errorsWithZero[rest].error
      if error < best.error { best = (error, count, rest) }
    }
    let low = below.ranges(best.below, of: below.errorsWithZero[best.below].split)
    let high = above.ranges(best.above, of: above.errorsWithZero[best.above].split)
    return (
      low.map(negative.mean) + [0] + high.map { -positive.mean($0) }.reversed(), best.error
    )
  }
}

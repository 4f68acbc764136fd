/// One-dimensional k-means, solved exactly by dynamic programming, without random starts. D[q][j],
/// the least squared error of the first j points in q clusters, is the minimum over i of D[q −
/// 1][i] + error(i..<j). The best i never falls as j grows, so divide and conquer solves a row in
/// O(n log n) (Grønlund et al. 2017, "Fast exact k-means, k-medians and Bregman divergence
/// clustering in 1D").
struct OptimalClusters {
  /// By number of clusters, from 0: the squared error of all points.
  private(set) var errors: [Double] = []
  /// By number of clusters: the error when all points from `split` on become zero, and that split.
  private(set) var errorsWithZero: [(error: Double, split: Int)] = []
  /// By number of clusters and of points: where the last cluster starts.
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
    let table = Table(points)
    defer { table.deallocate() }
    for row in 1...rows {
      var starts = [UInt32](repeating: 0, count: n + 1)
      starts.withUnsafeMutableBufferPointer { starts in
        previous.withUnsafeMutableBufferPointer { previous in
          guard let starts = starts.baseAddress, let previous = previous.baseAddress else { return }
          // With fewer points than clusters each point is its own cluster, as in the previous row.
          for j in 0..<row { starts[j] = UInt32(j) }
          table.advance(row, previous, starts)
        }
      }
      finish(row: previous, starts: starts)
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

  /// Returns the best partition of the first `end` points into `clusters` ranges.
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

  /// The running sums as separate arrays, and one row of the table.
  private struct Table {
    private let count: Int
    private let weights: UnsafeMutablePointer<Double>
    private let firsts: UnsafeMutablePointer<Double>
    private let seconds: UnsafeMutablePointer<Double>
    private let former: UnsafeMutablePointer<Double>

    init(_ points: WeightedPoints) {
      count = points.count
      let base = UnsafeMutablePointer<Double>.allocate(capacity: 4 * (count + 1))
      (weights, firsts) = (base, base + (count + 1))
      (seconds, former) = (base + 2 * (count + 1), base + 3 * (count + 1))
      // Values are centred on the mean, so that differences lose little precision.
      let centre = points.count > 0 ? points.mean(0..<points.count) : 0
      var total = WeightedPoints.Sums()
      for index in 0...count {
        weights[index] = total.weight
        firsts[index] = total.first + total.firstRest
        seconds[index] = total.second + total.secondRest
        former[index] = .infinity
        guard index < count else { break }
        total.add(
          points.values[index] - centre,
          weight: points.sums[index + 1].weight - points.sums[index].weight)
      }
    }

    func deallocate() { weights.deallocate() }

    /// Replaces the errors of row `row` − 1 by those of `row`.
    func advance(
      _ row: Int, _ errors: UnsafeMutablePointer<Double>, _ starts: UnsafeMutablePointer<UInt32>
    ) {
      former.update(from: errors, count: count + 1)
      solve(row, count, from: row - 1, to: count - 1, errors, starts)
    }

    /// Solves entries `low...high`, whose last clusters start within `from...to`.
    private func solve(
      _ low: Int, _ high: Int, from: Int, to: Int, _ errors: UnsafeMutablePointer<Double>,
      _ starts: UnsafeMutablePointer<UInt32>
    ) {
      guard low <= high else { return }
      let j = (low + high) / 2
      let start = least(of: j, from, min(to, j - 1), &errors[j])
      starts[j] = UInt32(start)
      solve(low, j - 1, from: from, to: start, errors, starts)
      solve(j + 1, high, from: start, to: to, errors, starts)
    }

    /// Returns the first optimal start, within `from...to`, of the cluster that ends before `j`.
    private func least(of j: Int, _ from: Int, _ to: Int, _ error: inout Double) -> Int {
      var best = Double.infinity
      var start = from
      var i = from
      if to - from >= 8 {
        let (weight, first, second) = (weights[j], firsts[j], seconds[j])
        var bests = SIMD4<Double>(repeating: .infinity)
        var places = SIMD4<Double>(repeating: 0)
        var place = SIMD4<Double>(0, 1, 2, 3) + Double(from)
        while i &+ 3 <= to {
          let w = weight - load(weights, i)
          let f = first - load(firsts, i)
          let e = load(former, i) + ((second - load(seconds, i)) - f * f / w)
          let isLess = e .< bests
          bests.replace(with: e, where: isLess)
          places.replace(with: place, where: isLess)
          place += 4
          i &+= 4
        }
        for lane in 0..<4 {
          let found = Int(places[lane])
          if bests[lane] < best || bests[lane] == best && found < start {
            (best, start) = (bests[lane], found)
          }
        }
      }
      while i <= to {
        let f = firsts[j] - firsts[i]
        let e = former[i] + ((seconds[j] - seconds[i]) - f * f / (weights[j] - weights[i]))
        if e < best { (best, start) = (e, i) }
        i &+= 1
      }
      // Rounding can make the error slightly negative.
      error = max(0, best)
      return start
    }

    @inline(__always)
    private func load(_ values: UnsafeMutablePointer<Double>, _ index: Int) -> SIMD4<Double> {
      UnsafeRawPointer(values + index).loadUnaligned(as: SIMD4<Double>.self)
    }
  }
}

extension OptimalClusters {
  /// Returns the centroids of the best `clusters` clusters, ascending, and their error. With
  /// `hasZero` one centroid is exactly 0 and the others are optimal given that.
  static func centroids(
    of points: WeightedPoints, _ clusters: Int, hasZero: Bool
  ) -> (centroids: [Double], error: Double) {
    guard hasZero else {
      let solved = OptimalClusters(points, upTo: clusters)
      let ranges = solved.ranges(clusters, of: points.count)
      return (ranges.map(points.mean), solved.errors.last ?? 0)
    }
    // Negative points are solved from the outermost inwards, positive ones in the mirror image; on
    // each side the points after the last cluster become zero.
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

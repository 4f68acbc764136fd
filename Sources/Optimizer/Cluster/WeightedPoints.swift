/// Weighted points on a line in ascending order, with running sums from which the squared error of
/// any range follows in a few operations. Sums are pairs of doubles, since a cluster's error is a
/// small difference of large sums.
struct WeightedPoints: Sendable {
  private(set) var values: [Double]
  /// `sums[i]` covers the points before `i`.
  private(set) var sums: [Sums]
  /// The squared error within points that each stand for several values.
  let within: Double

  struct Sums: Sendable {
    var weight = 0.0
    var first = 0.0
    var firstRest = 0.0
    var second = 0.0
    var secondRest = 0.0

    mutating func add(_ value: Double, weight: Double) {
      self.weight += weight
      let moment = weight * value
      Self.add(moment, to: &first, rest: &firstRest)
      Self.add(moment * value, to: &second, rest: &secondRest)
    }

    /// Knuth's exact sum of two doubles: the rounding error is added to `rest`.
    private static func add(_ term: Double, to sum: inout Double, rest: inout Double) {
      let total = sum + term
      let part = total - sum
      rest += (sum - (total - part)) + (term - part)
      sum = total
    }
  }

  /// Σ weight × (value − mean)² of the points between two sums.
  @inline(__always)
  static func error(_ from: Sums, _ to: Sums) -> Double {
    let weight = to.weight - from.weight
    guard weight > 0 else { return 0 }
    let first = (to.first - from.first) + (to.firstRest - from.firstRest)
    let second = (to.second - from.second) + (to.secondRest - from.secondRest)
    return max(0, second - first * first / weight)
  }

  /// Σ weight × value² of the points between two sums.
  @inline(__always)
  static func energy(_ from: Sums, _ to: Sums) -> Double {
    max(0, (to.second - from.second) + (to.secondRest - from.secondRest))
  }

  /// `values` must ascend.
  init(values: [Double], weights: [Double], within: Double = 0) {
    self.values = values
    self.within = within
    var total = Sums()
    sums = [total]
    sums.reserveCapacity(values.count + 1)
    for (value, weight) in zip(values, weights) {
      total.add(value, weight: weight)
      sums.append(total)
    }
  }

  var count: Int { values.count }
  var weight: Double { sums[count].weight - sums[0].weight }
  var energy: Double { Self.energy(sums[0], sums[count]) }

  func mean(_ range: Range<Int>) -> Double {
    let (from, to) = (sums[range.lowerBound], sums[range.upperBound])
    let weight = to.weight - from.weight
    guard weight > 0 else { return values[range.lowerBound] }
    return ((to.first - from.first) + (to.firstRest - from.firstRest)) / weight
  }

  func error(_ range: Range<Int>) -> Double {
    Self.error(sums[range.lowerBound], sums[range.upperBound])
  }

  /// Σ weight × (value − centre)².
  func error(_ range: Range<Int>, around centre: Double) -> Double {
    let weight = sums[range.upperBound].weight - sums[range.lowerBound].weight
    guard weight > 0 else { return 0 }
    let offset = mean(range) - centre
    return error(range) + weight * offset * offset
  }

  /// Returns how many points are at most `limit`.
  func countUp(to limit: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Returns a range of the points.
  func slice(_ range: Range<Int>) -> WeightedPoints {
    WeightedPoints(
      values: Array(values[range]),
      weights: range.map { sums[$0 + 1].weight - sums[$0].weight })
  }

  /// The points at −value, ascending.
  var mirrored: WeightedPoints {
    WeightedPoints(
      values: values.reversed().map { -$0 },
      weights: (0..<count).reversed().map { sums[$0 + 1].weight - sums[$0].weight })
  }
}

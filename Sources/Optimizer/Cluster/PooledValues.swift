/// The normalised values of many weights, in bins of 1/16, for a codebook that all of them share.
/// Deflate makes one code for a block that may hold several tensors: each takes fewer bits where
/// they use the same integers.
struct PooledValues {
  private var bins = [Bin](repeating: Bin(), count: 2 * Self.half + 1)
  /// Exact zeros are counted apart, because they stay zeros.
  private var zeros = 0.0

  private static let perInteger = 16
  private static let half = IntegerCodebook.greatest * perInteger

  private struct Bin {
    var weight = 0.0
    var first = 0.0
    var second = 0.0
  }

  /// Values must be within ±127.
  init(_ stream: ValueStream) throws {
    try stream.forEachPart { values, count, start in
      for index in 0..<count {
        let weight = stream.weight(start + index)
        let value = Double(values[index])
        guard value != 0 else {
          zeros += weight
          continue
        }
        // Bins end at half integers, where the nearest integer changes.
        let place = Int((value * Double(Self.perInteger)).rounded(.up)) + Self.half
        let bin = max(0, min(bins.count - 1, place))
        bins[bin].weight += weight
        bins[bin].first += weight * value
        bins[bin].second += weight * value * value
      }
    }
  }

  /// Each weight counts by its number of elements, not their magnitude, since errors are relative.
  init(_ all: [(values: PooledValues, elements: Int)]) {
    for (values, elements) in all {
      let energy = values.bins.reduce(0) { $0 + $1.second }
      guard energy > 0 else { continue }
      let share = Double(elements) / energy
      zeros += share * values.zeros
      for index in bins.indices {
        bins[index].weight += share * values.bins[index].weight
        bins[index].first += share * values.bins[index].first
        bins[index].second += share * values.bins[index].second
      }
    }
  }

  var points: WeightedPoints {
    var found: [(value: Double, weight: Double)] = []
    var within = 0.0
    for (index, bin) in bins.enumerated() {
      if bin.weight > 0 {
        let mean = bin.first / bin.weight
        found.append((mean, bin.weight))
        within += max(0, bin.second - bin.first * mean)
      }
      if index == Self.half, zeros > 0 { found.append((0, zeros)) }
    }
    return WeightedPoints(
      values: found.map(\.value), weights: found.map(\.weight), within: within)
  }
}

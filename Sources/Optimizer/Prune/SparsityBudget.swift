import Platform

/// The cost of zeros in each layer, and the cheapest way to distribute a number of zeros.
struct SparsityBudget {
  /// One layer: noise measured at increasing numbers of zeros.
  struct Layer {
    let elements: Int
    /// Zeros that the layer already has.
    let least: Int
    private(set) var points: [(zeros: Int, noise: Double)] = []

    init(elements: Int, least: Int) {
      self.elements = elements
      self.least = least
    }

    mutating func add(zeros: Int, noise: Double) {
      // Noise that falls as zeros increase is chance of the samples, so it is made monotonic.
      points.append((zeros, max(noise, points.last?.noise ?? 0, 1e-18)))
    }

    var most: Int { points.last?.zeros ?? least }

    /// Interpolates the logarithm between points; below the first point noise grows with zeros².
    func noise(_ zeros: Int) -> Double {
      guard zeros > least, let first = points.first else { return 0 }
      if zeros <= first.zeros {
        let share = Double(zeros - least) / Double(max(1, first.zeros - least))
        return first.noise * share * share
      }
      for (low, high) in zip(points, points.dropFirst()) where zeros <= high.zeros {
        let share = Double(zeros - low.zeros) / Double(max(1, high.zeros - low.zeros))
        return low.noise * MathFunctions.power(high.noise / low.noise, share)
      }
      return points.last?.noise ?? 0
    }
  }

  let layers: [Layer]

  private static let buckets = 4000

  /// Returns zeros for each layer, `total` in sum, with the least total noise, by dynamic
  /// programming over buckets of weights.
  func shares(total: Int) -> [Int] {
    let size = max(1, layers.reduce(0) { $0 + $1.elements } / Self.buckets)
    let limit = (total + size - 1) / size
    var best = [Double](repeating: .infinity, count: limit + 1)
    best[0] = 0
    var chosen: [[Int32]] = []
    for layer in layers {
      let steps = (layer.most + size - 1) / size
      let costs = (0...steps).map { layer.noise(min($0 * size, layer.most)) }
      var next = [Double](repeating: .infinity, count: limit + 1)
      var choice = [Int32](repeating: 0, count: limit + 1)
      for used in 0...limit {
        for step in 0...min(steps, used) {
          let cost = best[used - step] + costs[step]
          if cost < next[used] {
            next[used] = cost
            choice[used] = Int32(step)
          }
        }
      }
      best = next
      chosen.append(choice)
    }
    var used = best.lastIndex { $0 < .infinity } ?? 0
    var zeros = [Int](repeating: 0, count: layers.count)
    for index in layers.indices.reversed() {
      let step = Int(chosen[index][used])
      zeros[index] = max(layers[index].least, min(step * size, layers[index].most))
      used -= step
    }
    return exact(zeros, total)
  }

  /// Corrects the rounding to buckets so that the sum is exact, largest layers first.
  private func exact(_ shares: [Int], _ total: Int) -> [Int] {
    var zeros = shares
    var missing = total - zeros.reduce(0, +)
    for index in layers.indices.sorted(by: { layers[$0].elements > layers[$1].elements }) {
      let layer = layers[index]
      let moved = max(layer.least - zeros[index], min(layer.most - zeros[index], missing))
      zeros[index] += moved
      missing -= moved
    }
    return zeros
  }
}

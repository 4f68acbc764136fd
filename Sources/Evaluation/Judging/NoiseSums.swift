/// Sums over samples that the noise at the probes follows from.
struct NoiseSums {
  private struct Probe {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    var error = 0.0

    mutating func add(_ expected: [Float], _ found: [Float]) {
      for (x, y) in zip(expected, found) where x.isFinite {
        let value = Double(x)
        sum += value
        squares += value * value
        count += 1
        let difference = y.isFinite ? Double(y) - value : value
        error += difference * difference
      }
    }

    var energy: Double { max(squares - sum * sum / count, 1e-30) }
  }

  private var probes: [Probe]
  /// Each value that was expected was found.
  private var isWhole = true

  init(probes count: Int) { probes = Array(repeating: Probe(), count: count) }

  /// Adds a sample's values, by probe.
  mutating func add(_ expected: [[Float]], _ found: [[Float]]) {
    for index in probes.indices {
      isWhole = isWhole && expected[index].count == found[index].count
      probes[index].add(expected[index], found[index])
    }
  }

  /// Noise to signal in the mean over probes.
  var noise: Double { noise(energies: probes) }

  /// What the noise is at least once the samples that are missing have been added; `all` are sums over
  /// all samples. Errors only grow, and each sum of doubles grows with what is added.
  func least(_ all: NoiseSums) -> Double { isWhole ? noise(energies: all.probes) : 0 }

  /// The noise of what was added against the signal of `all` samples.
  func noise(ofSampleIn all: NoiseSums) -> Double { noise(energies: all.probes) }

  private func noise(energies: [Probe]) -> Double {
    var total = 0.0
    for (probe, all) in zip(probes, energies) where probe.count > 0 {
      total += probe.error / all.energy
    }
    return total / Double(max(probes.count, 1))
  }
}

/// Sums over samples from which the noise at the probes is computed.
struct NoiseSums {
  private struct Probe {
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    var error = 0.0

    /// Adds the sums of one sample after the other, so that they are the same whoever made them.
    mutating func add(_ other: Probe) {
      sum += other.sum
      squares += other.squares
      count += other.count
      error += other.error
    }

    init() {}

    init(_ expected: [Float], _ found: [Float]) {
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
  /// Whether every expected value was found.
  private var isWhole = true

  init(probes count: Int) { probes = Array(repeating: Probe(), count: count) }

  /// The sums of a sample, from its values by probe.
  init(_ expected: [[Float]], _ found: [[Float]]) {
    isWhole = zip(expected, found).allSatisfy { $0.count == $1.count }
    probes = zip(expected, found).map(Probe.init)
  }

  /// Adds the sums of another sample.
  mutating func add(_ other: NoiseSums) {
    isWhole = isWhole && other.isWhole
    for index in probes.indices { probes[index].add(other.probes[index]) }
  }

  /// Noise to signal, averaged over probes.
  var noise: Double { noise(energies: probes) }

  /// Returns a lower bound of the noise after the missing samples are added; `all` are sums over
  /// all samples. Errors only grow, and each sum of doubles grows with what is added.
  func least(_ all: NoiseSums) -> Double { isWhole ? noise(energies: all.probes) : 0 }

  /// Sums over all samples of what the float model has.
  init(_ expected: ExpectedResults) {
    self.init(probes: expected.probes.count)
    for values in expected.values { add(NoiseSums(values, values)) }
  }

  /// Returns the noise of the added samples relative to the signal of `all` samples.
  func noise(ofSampleIn all: NoiseSums) -> Double { noise(energies: all.probes) }

  private func noise(energies: [Probe]) -> Double {
    var total = 0.0
    for (probe, all) in zip(probes, energies) where probe.count > 0 {
      total += probe.error / all.energy
    }
    return total / Double(max(probes.count, 1))
  }
}

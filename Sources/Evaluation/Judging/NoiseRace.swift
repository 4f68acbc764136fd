/// Trials that run sample after sample, until they have run on all or cannot come below a bound.
struct NoiseRace {
  private let all: NoiseSums
  private let bound: Double
  /// By trial; nil for those that are out.
  private var sums: [NoiseSums?]
  /// By sample: what trials found, by probe. Kept until the samples before it are there.
  private var waiting: [Int: [Int: [[Float]]]] = [:]
  private var next = 0

  init(trials: Int, _ expected: ExpectedResults, below bound: Double) {
    var all = NoiseSums(probes: expected.probes.count)
    for values in expected.values { all.add(values, values) }
    self.all = all
    self.bound = bound
    sums = Array(repeating: NoiseSums(probes: expected.probes.count), count: trials)
  }

  /// Whether any trial is still in.
  var isOpen: Bool { sums.contains { $0 != nil } }

  func isOpen(_ trial: Int) -> Bool { sums[trial] != nil }

  /// Sums go in the order of samples, so that they are the same for any number of threads.
  mutating func add(_ found: [Int: [[Float]]], of sample: Int, _ expected: ExpectedResults) {
    waiting[sample] = found
    while let found = waiting.removeValue(forKey: next) {
      for (trial, values) in found {
        sums[trial]?.add(expected.values[next], values)
        if let sums = sums[trial], sums.least(all) >= bound { self.sums[trial] = nil }
      }
      next += 1
    }
  }

  /// By trial, once all samples ran.
  var noises: [Double?] { sums.map { $0?.noise }.map { $0.flatMap { $0 < bound ? $0 : nil } } }
}

/// Trials that run sample by sample until they have run on all samples or can no longer be below a
/// bound.
struct NoiseRace {
  private let all: NoiseSums
  private let bound: Double
  /// For each trial; nil for trials that are out.
  private var sums: [NoiseSums?]
  /// For each sample, the sums of the trials, until those of all earlier samples have been added.
  private var waiting: [Int: [Int: NoiseSums]] = [:]
  private var next = 0

  init(trials: Int, _ expected: ExpectedResults, below bound: Double) {
    all = NoiseSums(expected)
    self.bound = bound
    sums = Array(repeating: NoiseSums(probes: expected.probes.count), count: trials)
  }

  /// Whether any trial is still in.
  var isOpen: Bool { sums.contains { $0 != nil } }

  func isOpen(_ trial: Int) -> Bool { sums[trial] != nil }

  /// Adds in the order of samples, so that sums are the same for any number of threads.
  mutating func add(_ found: [Int: NoiseSums], of sample: Int) {
    waiting[sample] = found
    while let found = waiting.removeValue(forKey: next) {
      for (trial, found) in found {
        sums[trial]?.add(found)
        if let sums = sums[trial], sums.least(all) >= bound { self.sums[trial] = nil }
      }
      next += 1
    }
  }

  /// For each trial, after all samples have run.
  var noises: [Double?] { sums.map { $0?.noise }.map { $0.flatMap { $0 < bound ? $0 : nil } } }
}

/// What was tried for a budget, and what was chosen.
package struct Choice: Sendable {
  /// The questions of the decision tree, with the branch that was taken.
  package enum Branch: Sendable {
    /// Samples for calibration and held-out ones.
    case samples(calibration: Int, heldOut: Int)
    case noSamples
    /// The name of the target.
    case target(String)
    case labels
    case noLabels
    /// The best outputs within a size.
    case bestWithinSize
    /// The smallest download that meets the gates of quality.
    case smallestWithinQuality
    /// The smallest download whose outputs are good.
    case smallestGood(leastSignal: Double, leastAgreement: Double)
    /// Of downloads that differ by less than this percentage integers were chosen, not the smallest.
    case integersAmongEqual(percent: Double)
    /// The number of candidates that the time did not allow.
    case leftOut(Int, seconds: Double)
    /// The number of candidates that were left out since the user interrupted the search.
    case interrupted(Int)
  }

  package var branches: [Branch] = []
  package var candidates: [Candidate] = []

  package init() {}

  package var chosen: Candidate? { candidates.first(where: \.isChosen) }

  /// The smallest and the best of the candidates that miss a budget.
  package var nearest: [Candidate] {
    let found = candidates.filter { $0.result != nil && !$0.misses.isEmpty && $0.isOnFront }
    let smallest = found.min { ($0.result?.download ?? 0) < ($1.result?.download ?? 0) }
    let best = found.max { a, b in
      a.result.flatMap { result in b.result?.isBetter(than: result) } ?? false
    }
    return [smallest, best].compactMap(\.self).reduce(into: []) { nearest, candidate in
      if !nearest.contains(where: { $0.steps == candidate.steps }) { nearest.append(candidate) }
    }
  }

  /// A way to make the model smaller, and what it gave.
  package struct Candidate: Sendable {
    /// Words of `optimize pipeline`.
    package var steps: [String]
    /// Nil where the steps gave no file; `failure` says why.
    package var result: Result?
    package var failure: String?
    /// Gates that it fails, as clauses.
    package var misses: [String] = []
    /// Whether no other candidate has a smaller download and better outputs.
    package var isOnFront = false
    package var isChosen = false
    /// Whether it was still running when its time ended.
    package var isStopped = false

    package init(steps: [String], result: Result? = nil, failure: String? = nil) {
      self.steps = steps
      self.result = result
      self.failure = failure
    }

    /// The figures of a candidate's file.
    package struct Result: Sendable {
      package var bytes: Int
      /// Bytes under deflate, level 6.
      package var download: Int
      /// The SQNR of the worst output or lost column, in dB, before SOFTMAX and LOGISTIC, whose results
      /// hide errors; infinite if all are exact.
      package var signal: Double
      /// The least share of rows whose greatest value stands at the same place.
      package var agreement: Double?
      /// Points of top-1 that are lost; nil without labels.
      package var drop: Double?
      /// The median of runs here.
      package var secondsPerRun: Double
      /// The share of multiplications that the target runs; nil without one.
      package var shareOnTarget: Double?

      package init(
        bytes: Int, download: Int, signal: Double, agreement: Double?, drop: Double?,
        secondsPerRun: Double, shareOnTarget: Double?
      ) {
        self.bytes = bytes
        self.download = download
        self.signal = signal
        self.agreement = agreement
        self.drop = drop
        self.secondsPerRun = secondsPerRun
        self.shareOnTarget = shareOnTarget
      }

      /// Whether its outputs are better: by top-1 where there are labels, else by the signal.
      package func isBetter(than other: Result) -> Bool {
        (-(drop ?? 0), signal) > (-(other.drop ?? 0), other.signal)
      }
    }
  }
}

import Evaluation
import Optimizer
import Platform
import Report

/// Mixed precision: each operator in a form of its own, chosen by what single operators lose.
///
/// The ladders of `MixedLadder` are predictions. Their rungs run as all candidates do, and are judged
/// like them: the search is for the rung that just meets the budgets.
extension AutoSearch {
  /// Enough to halve a ladder of 60 dB to one rung.
  private static let rounds = 6
  /// Rungs where no budget says which.
  private static let points = 3

  /// Tries mixtures where the smallest candidate misses a gate of quality, and otherwise some between
  /// the candidates.
  mutating func mix() throws {
    guard hasSamples, target == nil, job.options.signature == nil, asksMixture,
      fits(2 * MixedLadder.effort)
    else { return }
    let begin = Clock.now()
    // A model whose operators cannot be measured one by one has no mixtures.
    guard
      let found = try? SensitivityRun(on: file, options: job.options, samples: source)
        .sensitivities(SensitivityForm.all), found.subgraph == 0, found.operators.count > 1
    else { return }
    spend(Clock.now() - begin, effort: MixedLadder.effort)
    for mode in [IntegerMode.int16x8, .int8] {
      let rungs = MixedLadder(found, around: mode).rungs
      if asksQuality || asksSize {
        try climb(rungs)
      } else {
        try sample(rungs)
      }
    }
  }

  /// Whether the smallest candidate leaves something to be desired.
  private var asksMixture: Bool {
    guard asksQuality else { return true }
    let smallest = choice.candidates.filter { $0.result != nil }
      .min { ($0.result?.download ?? 0) < ($1.result?.download ?? 0) }
    return smallest?.misses.isEmpty != true
  }

  /// Looks for the lowest rung that keeps the quality, or the highest within the size.
  private mutating func climb(_ rungs: [MixedLadder.Rung]) throws {
    var (low, high) = (0, rungs.count)
    var next = job.gates.quality.minSqnr.flatMap { least in
      rungs.firstIndex { $0.signal >= least.value }
    }
    for _ in 0..<Self.rounds where low < high {
      let place = min(next ?? (low + high) / 2, high - 1)
      next = nil
      guard let row = try attempt(AutoCandidate(rungs[place].step, effort: MixedLadder.effort)),
        row.result != nil
      else { return }
      if row.misses.isEmpty == asksQuality { high = place } else { low = place + 1 }
    }
  }

  /// Tries rungs at equal distances between the ends.
  private mutating func sample(_ rungs: [MixedLadder.Rung]) throws {
    for point in 1...Self.points {
      let step = rungs[point * (rungs.count - 1) / (Self.points + 1)].step
      guard !choice.candidates.contains(where: { $0.steps == [step] }) else { continue }
      try attempt(AutoCandidate(step, effort: MixedLadder.effort))
    }
  }
}

extension MixedLadder {
  /// The effort of a rung, and of the measurement of all operators, in parts of `quantize:mode=int8`;
  /// measured as those of the candidates.
  static let effort = 3.0
}

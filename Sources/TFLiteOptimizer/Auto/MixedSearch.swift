import Evaluation
import Optimizer
import Platform
import Report

/// Mixed precision: each operator in a form of its own, chosen by what single operators lose.
///
/// The ladders of `MixedLadder` are predictions. Their rungs run as all candidates do, and are judged
/// like them: the search is for the rung that just meets the budgets.
extension AutoSearch {
  /// Each halves what is left of a ladder; the first guess is near.
  private static let rounds = 4
  /// Rungs where no budget says which.
  private static let points = 2

  /// Tries mixtures where the smallest candidate misses a gate of quality, and otherwise some between
  /// the candidates.
  mutating func mix() throws {
    guard hasSamples, target == nil, job.options.signature == nil, asksMixture,
      fits(MixedLadder.measuring + MixedLadder.effort(.weightsOnly))
    else { return }
    let begin = Clock.now()
    // A model whose operators cannot be measured one by one has no mixtures.
    let found = try? SensitivityRun(on: file, options: limited, samples: source)
      .sensitivities(SensitivityForm.all)
    spend(Clock.now() - begin, effort: MixedLadder.measuring)
    guard let found, found.subgraph == 0, found.operators.count > 1 else { return }
    // Those that take least come first.
    for mode in [OperatorForm.weightsOnly, .int16x8, .int8] {
      let rungs = MixedLadder(found, around: mode).rungs
      if hasBudget {
        try climb(rungs, effort: MixedLadder.effort(mode))
      } else {
        try sample(rungs, effort: MixedLadder.effort(mode))
      }
    }
  }

  /// Whether the smallest candidate leaves something to be desired.
  private var asksMixture: Bool {
    guard asksQuality else { return true }
    let smallest = choice.candidates.filter { $0.result != nil }
      .min { ($0.result?.download ?? 0) < ($1.result?.download ?? 0) }
    return smallest.map(isSafe) != true
  }

  /// Looks for the lowest rung that keeps the quality, or the highest within the size.
  private mutating func climb(_ rungs: [MixedLadder.Rung], effort: Double) throws {
    var (low, high) = (0, rungs.count)
    var next = guess(rungs)
    for _ in 0..<Self.rounds where low < high {
      let place = min(next ?? (low + high) / 2, high - 1)
      next = nil
      // Rungs with one form for all are candidates already.
      let step = rungs[place].step
      let row =
        try choice.candidates.first { $0.steps == [step] }
        ?? attempt(AutoCandidate(step, effort: effort))
      guard let row, row.result != nil else { return }
      if isSafe(row) == asksQuality { high = place } else { low = place + 1 }
    }
  }

  /// The rung that should just meet the budget.
  private func guess(_ rungs: [MixedLadder.Rung]) -> Int? {
    if asksQuality {
      // Without a figure for it, where outputs are good.
      let goal = job.gates.quality.minSqnr?.value ?? ReportDocument.Quality.poor
      return rungs.firstIndex { $0.signal >= goal }
    }
    // All that is no weight takes as much as in the model; download has no such estimate.
    guard let limit = job.gates.maxSize, let all = rungs.last?.weights else { return nil }
    let others = file.bytes.count - 4 * all
    return rungs.lastIndex { $0.bytes + Double(others) <= Double(limit) }
  }

  /// Tries rungs at equal distances between the ends.
  private mutating func sample(_ rungs: [MixedLadder.Rung], effort: Double) throws {
    for point in 1...Self.points {
      let step = rungs[point * (rungs.count - 1) / (Self.points + 1)].step
      guard !choice.candidates.contains(where: { $0.steps == [step] }) else { continue }
      try attempt(AutoCandidate(step, effort: effort))
    }
  }
}

extension MixedLadder {
  /// Efforts in parts of `quantize:mode=int8`, of which DS-CNN-L takes 3 s: the measurement of all operators 4 s, a rung
  /// without int8 activations 0.5 to 3 s.
  static let measuring = 1.5

  /// Of a rung; int8 takes at most two integer passes, and what conversions between them add.
  static func effort(_ mode: OperatorForm) -> Double { mode == .int8 ? most : 1 }

  /// Of any rung.
  static let most = 3.0
}

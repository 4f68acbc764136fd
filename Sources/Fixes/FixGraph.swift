import Evaluation
import OpSet
import Optimizer
import TFLite
import Targets

/// Rewrites the graph by rules until none changes anything, and compares the outputs with those of the
/// model before. A rule whose result differs, or that would make the file larger, is taken back.
///
/// Helps models as converters leave them: shapes that were computed, layouts that were changed to and
/// fro, functions in pieces. Never touches inputs, outputs and signatures, operators with an effect, or
/// what constants are stored as.
package struct FixGraph: Pass {
  package static let name = "fix-graph"
  package static let summary = "rewrite operators by rules, and check that outputs stay"

  private let rules: [any FixRule.Type]
  private let samples: CalibrationSource
  /// Whose refusals are rewritten too; nil for none.
  private let target: Target?
  private let targetRules: [any TargetRule.Type]
  /// Whether to leave a model of which the target gets no more as it is.
  private let onlyForTarget: Bool
  /// Whether outputs are compared; without that, a rule that would be taken back counts as kept.
  private let isVerified: Bool

  init(
    rules: [any FixRule.Type], samples: CalibrationSource = CalibrationSource(),
    target: Target? = nil, targetRules: [any TargetRule.Type] = TargetRules.all,
    onlyForTarget: Bool = false, isVerified: Bool = true
  ) {
    self.rules = rules
    self.samples = samples
    self.target = target
    self.targetRules = targetRules
    self.onlyForTarget = onlyForTarget
    self.isVerified = isVerified
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    let before = model
    var result = FixResult()
    let start = try Attempt([], on: before, job)
    result.operatorsBefore = start.operators
    let trial = Trial(
      before: before, size: bytes(of: before, job),
      verification: FixVerification(file: job.file, options: job.interpreter, samples: samples))
    let aim = target.map { TargetAim(target: $0, job: job) }
    var best = try Attempt(rules, on: before, job, naming: aim != nil)
    if let aim, aim.resistance(best.model) > aim.resistance(before) {
      best = try Attempt(rules, on: before, job, naming: true, sparing: aim)
    }
    let rules = best.kept
    if best.edits > 0 {
      switch try judge(best, trial, job) {
      case .holds(let difference): result.check = ran(difference)
      case .notRun(let why):
        result.check = .notRun(why)
        best = try withoutInexact(rules, trial, job, &result)
      case .refused:
        best = try oneByOne(rules, trial, job, &result)
      }
    }
    if let aim { best = try forTarget(best, aim, trial, &result) }
    let isKept = !onlyForTarget || result.target?.isBetter == true
    if !isKept { best = start }
    let named = Set(best.names.values)
    result.rules = best.gone
      .filter { $0.gone != 0 || $0.rule is any TargetRule.Type && named.contains($0.rule.name) }
      .map { .init(name: $0.rule.name, summary: $0.rule.summary, gone: $0.gone) }
    result.operatorsAfter = best.operators
    job.findings[FixResult.self] = result
    guard best.edits > 0 else { return }
    model = best.model
    job.log.touchedKinds.formUnion(best.touched)
    job.log.rewrites += best.edits
  }

  private func ran(_ difference: Double) -> FixResult.Check {
    .ran(difference: difference, samples: min(samples.samples.count, FixVerification.mostSamples))
  }

  // MARK: Judging

  /// What attempts are judged by.
  private struct Trial {
    let before: Model
    let size: Int
    let verification: FixVerification
  }

  private enum Judgement {
    case holds(Double)
    case refused(FixResult.Refusal)
    case notRun(String)
  }

  private func judge(
    _ attempt: Attempt, _ trial: Trial, for aim: TargetAim? = nil, _ job: Job
  ) throws -> Judgement {
    let growth = bytes(of: attempt.model, job) - trial.size
    guard try growth <= mostGrowth(attempt, trial, aim) else {
      return .refused(.larger(bytes: growth))
    }
    if let reason = attempt.refusal(by: job.options) { return .refused(.needsRuntime(reason)) }
    guard isVerified else { return .holds(0) }
    switch try trial.verification.compare(trial.before, attempt.model) {
    case .holds(let difference): return .holds(difference)
    case .differs(let output, let difference):
      return .refused(.differs(output: output, difference))
    case .notRun(let why): return .notRun(why)
    }
  }

  private func judge(
    _ attempt: Attempt, _ trial: Trial, for aim: TargetAim
  ) throws -> Judgement {
    try judge(attempt, trial, for: aim, aim.job)
  }

  /// Bytes that rewrites may add: none without a target, a little for more operators on it, and more where
  /// it then gets the whole model as one part.
  private func mostGrowth(
    _ attempt: Attempt, _ trial: Trial, _ aim: TargetAim?
  ) throws -> Int {
    guard let aim else { return 0 }
    let isWhole = try aim.standing(attempt.model).isWhole
    let limit = isWhole ? GrowthLimit.whole : GrowthLimit.part
    return limit.bytes + Int(limit.share * Double(trial.size))
  }

  /// Records what was found with more rules; returns whether it holds. `rule` is nil for several.
  private func holds(_ judgement: Judgement, _ rule: String?, _ result: inout FixResult) -> Bool {
    switch judgement {
    case .holds(let difference):
      result.check = ran(difference)
      return true
    case .refused(let why):
      if let rule { result.refused.append((rule, why)) }
    case .notRun(let why): result.check = .notRun(why)
    }
    return false
  }

  /// Adds rules, and leaves out those that do not hold.
  private func oneByOne(
    _ rules: [any FixRule.Type], _ trial: Trial, _ job: Job, _ result: inout FixResult
  ) throws -> Attempt {
    var best = try Attempt([], on: trial.before, job)
    var kept: [any FixRule.Type] = []
    try inHalves(rules) { block in
      let next = try Attempt(kept + block, on: trial.before, job, naming: target != nil)
      guard next.edits > best.edits || next.operators < best.operators else {
        kept += block
        return true
      }
      let judgement = try judge(next, trial, job)
      guard holds(judgement, block.count == 1 ? block[0].name : nil, &result) else { return false }
      kept += block
      best = next
      return true
    }
    return best
  }

  /// Offers both halves of some rules, and the halves of what is refused: a few that do not hold are found
  /// in few trials.
  private func inHalves<Rule>(_ rules: [Rule], _ isTaken: ([Rule]) throws -> Bool) throws {
    let middle = rules.count / 2
    for half in [Array(rules.prefix(middle)), Array(rules.dropFirst(middle))] where !half.isEmpty {
      guard try !isTaken(half), half.count > 1 else { continue }
      try inHalves(half, isTaken)
    }
  }

  /// The rules that keep all bits need no run to be right.
  private func withoutInexact(
    _ rules: [any FixRule.Type], _ trial: Trial, _ job: Job, _ result: inout FixResult
  ) throws -> Attempt {
    for rule in rules where !rule.isExact { result.refused.append((rule.name, .notRun)) }
    var kept = rules.filter { $0.isExact }
    var best = try Attempt(kept, on: trial.before, job, naming: target != nil)
    while bytes(of: best.model, job) > trial.size, let last = kept.popLast() {
      result.refused.append((last.name, .larger(bytes: bytes(of: best.model, job) - trial.size)))
      best = try Attempt(kept, on: trial.before, job, naming: target != nil)
    }
    return best
  }

  // MARK: For a target

  /// Rewrites what the target refuses, and records what that gives.
  private func forTarget(
    _ start: Attempt, _ aim: TargetAim, _ trial: Trial, _ result: inout FixResult
  ) throws -> Attempt {
    var best = start
    var all = start
    try all.rewrite(for: aim, targetRules)
    if all.edits > start.edits {
      switch try judge(all, trial, for: aim) {
      case .holds(let difference):
        result.check = ran(difference)
        best = all
      case .notRun(let why):
        result.check = .notRun(why)
        for rule in targetRules where !rule.isExact { result.refused.append((rule.name, .notRun)) }
        var exact = start
        try exact.rewrite(for: aim, targetRules.filter { $0.isExact })
        let growth = bytes(of: exact.model, aim.job) - trial.size
        if try growth <= mostGrowth(exact, trial, aim) { best = exact }
      case .refused: best = try oneByOne(start, aim, trial, &result)
      }
    }
    let before = Standing(of: aim.job.file, on: aim.target, aim.target.lens)
    let after = try aim.standing(best.model)
    result.target = TargetResult(
      target: aim.target, before: before, after: after,
      grown: max(0, bytes(of: best.model, aim.job) - bytes(of: start.model, aim.job)),
      names: try aim.names(before, after, best.model, best.names))
    return best
  }

  /// Adds rules for the target, and leaves out those that do not hold.
  private func oneByOne(
    _ start: Attempt, _ aim: TargetAim, _ trial: Trial, _ result: inout FixResult
  ) throws -> Attempt {
    var kept: [any TargetRule.Type] = []
    var best = start
    try inHalves(targetRules) { block in
      var next = start
      try next.rewrite(for: aim, kept + block)
      guard next.edits > best.edits else { return true }
      let judgement = try judge(next, trial, for: aim)
      guard holds(judgement, block.count == 1 ? block[0].name : nil, &result) else { return false }
      kept += block
      best = next
      return true
    }
    return best
  }

  /// Bytes of the file with all constants decoded, as passes see it.
  private func bytes(of model: Model, _ job: Job) -> Int {
    var model = model
    _ = model.removeUnused()
    return ModelWriter(model, of: job.file).count
  }
}

/// What rewrites for a target may add to a file.
private struct GrowthLimit {
  let bytes: Int
  /// Of the file without them.
  let share: Double

  /// Where the target gets more of a model that stays in parts: 0.6 % at most in the zoo, but for two models
  /// that 7 and 13 % do not help.
  static let part = GrowthLimit(bytes: 4096, share: 0.03)
  /// Where it gets the whole model: a loop of 28 steps in two layers adds 66 kB to 240 kB, the most of the zoo.
  static let whole = GrowthLimit(bytes: 1 << 16, share: 1)
}

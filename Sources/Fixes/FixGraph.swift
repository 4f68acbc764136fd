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
    let rules = try aim.map { try suitable(for: $0, before) } ?? rules
    var best = try Attempt(rules, on: before, job, naming: aim != nil)
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
    _ attempt: Attempt, _ trial: Trial, forTarget: Bool = false, _ job: Job
  ) throws -> Judgement {
    let growth = bytes(of: attempt.model, job) - trial.size
    guard growth <= 0 || forTarget else { return .refused(.larger(bytes: growth)) }
    if let reason = attempt.refusal(by: job.options) { return .refused(.needsRuntime(reason)) }
    guard isVerified else { return .holds(0) }
    switch try trial.verification.compare(trial.before, attempt.model) {
    case .holds(let difference): return .holds(difference)
    case .differs(let output, let difference):
      return .refused(.differs(output: output, difference))
    case .notRun(let why): return .notRun(why)
    }
  }

  /// Records what was found with one more rule; returns whether it holds.
  private func holds(_ judgement: Judgement, _ rule: String, _ result: inout FixResult) -> Bool {
    switch judgement {
    case .holds(let difference):
      result.check = ran(difference)
      return true
    case .refused(let why): result.refused.append((rule, why))
    case .notRun(let why): result.check = .notRun(why)
    }
    return false
  }

  /// Adds one rule after the other, and leaves out those that do not hold.
  private func oneByOne(
    _ rules: [any FixRule.Type], _ trial: Trial, _ job: Job, _ result: inout FixResult
  ) throws -> Attempt {
    var kept: [any FixRule.Type] = []
    var best = try Attempt([], on: trial.before, job)
    for rule in rules {
      let next = try Attempt(kept + [rule], on: trial.before, job, naming: target != nil)
      guard next.edits > best.edits || next.operators < best.operators else {
        kept.append(rule)
        continue
      }
      guard holds(try judge(next, trial, job), rule.name, &result) else { continue }
      kept.append(rule)
      best = next
    }
    return best
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

  /// Returns the rules that do not make the target refuse more operators.
  private func suitable(
    for aim: TargetAim, _ before: Model
  ) throws -> [any FixRule.Type] {
    var least = aim.resistance(before)
    if aim.resistance(try Attempt(rules, on: before, aim.job).model) <= least { return rules }
    var kept: [any FixRule.Type] = []
    for rule in rules {
      let found = aim.resistance(try Attempt(kept + [rule], on: before, aim.job).model)
      guard found <= least else { continue }
      kept.append(rule)
      least = found
    }
    return kept
  }

  /// Rewrites what the target refuses, and records what that gives.
  private func forTarget(
    _ start: Attempt, _ aim: TargetAim, _ trial: Trial, _ result: inout FixResult
  ) throws -> Attempt {
    var best = start
    var all = start
    try all.rewrite(for: aim, targetRules)
    if all.edits > start.edits {
      switch try judge(all, trial, forTarget: true, aim.job) {
      case .holds(let difference):
        result.check = ran(difference)
        best = all
      case .notRun(let why):
        result.check = .notRun(why)
        for rule in targetRules where !rule.isExact { result.refused.append((rule.name, .notRun)) }
        try best.rewrite(for: aim, targetRules.filter { $0.isExact })
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

  /// Adds one rule for the target after the other, and leaves out those that do not hold.
  private func oneByOne(
    _ start: Attempt, _ aim: TargetAim, _ trial: Trial, _ result: inout FixResult
  ) throws -> Attempt {
    var kept: [any TargetRule.Type] = []
    var best = start
    for rule in targetRules {
      var next = start
      try next.rewrite(for: aim, kept + [rule])
      guard next.edits > best.edits else { continue }
      let judgement = try judge(next, trial, forTarget: true, aim.job)
      guard holds(judgement, rule.name, &result) else { continue }
      kept.append(rule)
      best = next
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

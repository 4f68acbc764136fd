import Evaluation
import OpSet
import Optimizer
import TFLite

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

  init(rules: [any FixRule.Type], samples: CalibrationSource = CalibrationSource()) {
    self.rules = rules
    self.samples = samples
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    let before = model
    var result = FixResult()
    let start = try Attempt([], on: before, job)
    result.operatorsBefore = start.operators
    let verification = FixVerification(
      file: job.file, options: job.interpreter, samples: samples)
    let size = bytes(of: before, job)
    var best = try Attempt(rules, on: before, job)
    if best.edits > 0 {
      switch try judge(best, before, size, verification, job) {
      case .holds(let difference): result.check = ran(difference)
      case .notRun(let why):
        result.check = .notRun(why)
        best = try withoutInexact(before, size, verification, job, &result)
      case .refused:
        best = try oneByOne(before, size, verification, job, &result)
      }
    }
    result.rules = best.gone.filter { $0.gone != 0 }
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

  private enum Judgement {
    case holds(Double)
    case refused(FixResult.Refusal)
    case notRun(String)
  }

  private func judge(
    _ attempt: Attempt, _ before: Model, _ size: Int, _ verification: FixVerification, _ job: Job
  ) throws -> Judgement {
    let growth = bytes(of: attempt.model, job) - size
    guard growth <= 0 else { return .refused(.larger(bytes: growth)) }
    if let reason = attempt.refusal(by: job.options) { return .refused(.needsRuntime(reason)) }
    switch try verification.compare(before, attempt.model) {
    case .holds(let difference): return .holds(difference)
    case .differs(let output, let difference):
      return .refused(.differs(output: output, difference))
    case .notRun(let why): return .notRun(why)
    }
  }

  /// Adds one rule after the other, and leaves out those that do not hold.
  private func oneByOne(
    _ before: Model, _ size: Int, _ verification: FixVerification, _ job: Job,
    _ result: inout FixResult
  ) throws -> Attempt {
    var kept: [any FixRule.Type] = []
    var best = try Attempt([], on: before, job)
    for rule in rules {
      let next = try Attempt(kept + [rule], on: before, job)
      guard next.edits > best.edits || next.operators < best.operators else {
        kept.append(rule)
        continue
      }
      switch try judge(next, before, size, verification, job) {
      case .holds(let difference):
        kept.append(rule)
        best = next
        result.check = ran(difference)
      case .refused(let why): result.refused.append((rule.name, why))
      case .notRun(let why): result.check = .notRun(why)
      }
    }
    return best
  }

  /// The rules that keep all bits need no run to be right.
  private func withoutInexact(
    _ before: Model, _ size: Int, _ verification: FixVerification, _ job: Job,
    _ result: inout FixResult
  ) throws -> Attempt {
    for rule in rules where !rule.isExact { result.refused.append((rule.name, .notRun)) }
    var kept = rules.filter { $0.isExact }
    var best = try Attempt(kept, on: before, job)
    while bytes(of: best.model, job) > size, let last = kept.popLast() {
      result.refused.append((last.name, .larger(bytes: bytes(of: best.model, job) - size)))
      best = try Attempt(kept, on: before, job)
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

extension Attempt {
  /// Returns why the runtime that was asked for does not have an operator of a kind that was written.
  fileprivate func refusal(by options: RunOptions) -> Reason? {
    guard options.runtime != nil else { return nil }
    for subgraph in model.subgraphs {
      for entry in subgraph.operators where touched.contains(model.kind(of: entry)) {
        let signature = OperatorSignature(entry, in: subgraph, of: model)
        let version = OpSet.spec(for: signature.kind)?.version(for: signature)
        if let reason = version.flatMap({ options.refusal(of: signature.kind, version: $0) })
          ?? options.refusal(of: signature)
        {
          return reason
        }
      }
    }
    return nil
  }
}

/// A model after rules ran until none changed anything.
private struct Attempt {
  private(set) var model: Model
  /// For each rule, how many operators went.
  private(set) var gone: [(rule: any FixRule.Type, gone: Int)]
  private(set) var touched: Set<BuiltinOperator> = []
  private(set) var edits = 0
  private(set) var operators = 0

  /// Rules enable one another a few times; no model of the zoo took more than six rounds.
  private static let mostRounds = 32

  init(_ rules: [any FixRule.Type], on model: Model, _ job: Job) throws {
    self.model = model
    gone = rules.map { ($0, 0) }
    for subgraph in model.subgraphs.indices {
      var editor = GraphEditor(self.model, subgraph: subgraph, job: job)
      for _ in 0..<Self.mostRounds where !rules.isEmpty {
        let edits = editor.edits
        for (index, rule) in rules.enumerated() {
          let before = editor.operatorCount
          let edited = editor.edits
          try rule.init().apply(to: &editor)
          if editor.edits > edited { editor.sweep() }
          gone[index].gone += before - editor.operatorCount
        }
        if editor.edits == edits { break }
      }
      self.model = editor.model
      touched.formUnion(editor.touched)
      edits += editor.edits
      operators += editor.operatorCount
    }
  }
}

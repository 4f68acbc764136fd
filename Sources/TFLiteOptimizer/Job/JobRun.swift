import Evaluation
import Fixes
import Interpreter
import JSON
import Optimizer
import Pipelines
import Platform
import Report
import TFLite
import ToolVersion

/// Runs a job: from a model, steps, samples and gates to a result that is judged before it is
/// renamed to its final name.
package struct JobRun {
  /// The results that are accepted, and how much is measured.
  package struct Policy: Sendable {
    /// Whether a copy is written if there was nothing to do.
    package var allowsUnchanged = false
    package var allowsLarger = false
    /// Whether the result is kept if a gate fails.
    package var keepsFailed = false
    /// Whether digests, deflate, entropy and inner tensors are measured.
    package var measuresAll = false
    /// Whether other options are tried, for advice, if quality is poor.
    package var advises = false
    /// Whether rules may match nothing, since they are meant for other models too.
    var allowsUnmatchedRules = false

    package init() {}
  }

  /// The file that the result is written to.
  package struct Target: Sendable {
    /// The name of the result in the report.
    package let path: String
    package let isWritten: Bool
    /// Whether a file of that name is overwritten.
    package let isReplacing: Bool

    package init(path: String, isWritten: Bool, isReplacing: Bool) {
      self.path = path
      self.isWritten = isWritten
      self.isReplacing = isReplacing
    }
  }

  /// The model's path in errors and reports.
  package var input: String
  package let steps: [any Step]
  /// The command line for the report.
  package let command: [String]
  package var options = RunOptions()
  package var selection = Selection()
  package var gates = JobGates()
  /// Nil if the result is not compared.
  package var samples: SampleRequest?
  /// Files with statistics.
  package var statistics: [String] = []
  package var policy = Policy()
  /// What the steps gave on the same file and samples; nil if they have not run.
  package var outcome: Pipeline.Outcome?

  package init(_ steps: [any Step], input: String, command: [String]) {
    self.steps = steps
    self.input = input
    self.command = command
  }

  /// Throws `UsageFault` for a rule that matches nothing.
  func checkSelection(of file: ModelFile) throws(UsageFault) {
    guard !policy.allowsUnmatchedRules, let rule = unmatchedRules(in: file).first else { return }
    throw unmatched(rule)
  }

  func unmatchedRules(in file: ModelFile) -> [Selection.Rule] {
    selection.unmatched(in: file.model, steps.flatMap(\.rules))
  }

  /// Returns the error for a rule that matches nothing.
  func unmatched(_ rule: Selection.Rule) -> UsageFault {
    let list =
      rule.text.hasPrefix("op:") ? "--operators' lists the kinds" : "--tensors' lists the names"
    return UsageFault(
      "'\(rule.text)' matches no tensor and no operator of '\(input)'",
      help: "'optimize inspect \(input) \(list)")
  }

  /// Runs the steps and judges the result. Writes it if the target is to be written and the result
  /// may be kept.
  package func run(on file: ModelFile, to target: Target) throws -> JobResult {
    try checkSelection(of: file)
    // Faults of the samples are found before the work is done.
    let comparison = try samples.map {
      try ModelComparison(file, path: input, $0.computed(by: steps.reference))
    }
    let outcome = try outcome ?? runSteps(on: file, try source(comparison, file))
    var result = JobResult(report: report(on: file, outcome), verdict: .done, outcome: outcome)
    let judgement = Judgement(job: self, file: file, comparison: comparison, target: target)
    guard outcome.isChanged else {
      try judgement.copy(&result)
      return result
    }
    let size = outcome.writer.count
    if size > file.bytes.count, !policy.allowsLarger, !outcome.isForTarget {
      try judgement.leaveAlone(&result)
      result.verdict = .larger(from: file.bytes.count, to: size)
      return result
    }
    result.report.output = ReportDocument.File(path: target.path, bytes: size)
    try judgement.write(&result)
    return result
  }

  /// Runs the steps; once more without new tensors, such as biases that pruning adds, where these
  /// alone make the result larger than the input.
  private func runSteps(
    on file: ModelFile, _ samples: CalibrationSource
  ) throws -> Pipeline.Outcome {
    var options = options
    func run() throws -> Pipeline.Outcome {
      try Pipeline(steps, options: options, selection: selection, samples: samples).run(on: file)
    }
    let outcome = try run()
    func count(_ model: Model) -> Int { model.subgraphs.reduce(0) { $0 + $1.tensors.count } }
    guard outcome.writer.count > file.bytes.count, !policy.allowsLarger,
      count(outcome.model) > count(file.model), steps.contains(where: { $0 is PruneStep })
    else { return outcome }
    options.addsTensors = false
    return try run()
  }

  func source(
    _ comparison: ModelComparison?, _ file: ModelFile
  ) throws -> CalibrationSource {
    var source = CalibrationSource(samples: comparison?.source ?? .none)
    let needs = steps.map(\.needs)
    if let own = needs.lazy.compactMap(\.validation).first {
      source.validation = try comparison?.others(own.path, labels: own.labels)
    }
    if let path = needs.lazy.compactMap(\.teacher).first {
      source.teacher = try Self.teacher(path, options)
    }
    guard !statistics.isEmpty || !(samples?.others ?? []).isEmpty else { return source }
    let run = try StatisticsRun(on: file, options: options)
    source.statistics = try StatisticsFiles.statistics(
      statistics, of: run.model, digest: Measurement.sha256(file.file), path: input)
    guard let samples, !samples.others.isEmpty else { return source }
    var total = try samples.statisticsOfOthers(in: file, options: options)
    try total.merge(run.statistics(on: source.samples))
    if let given = source.statistics { try total.merge(given) }
    source.statistics = total
    return source
  }

  /// Opens the model whose results training wants; it must be able to run.
  private static func teacher(_ path: String, _ options: RunOptions) throws -> ModelFile {
    do {
      let file = try ModelFile(MappedFile(path: path), maxMemory: options.maxMemory)
      try file.model.checkRunnable()
      try file.model.refuseCompiled()
      return file
    } catch {
      throw LocatedFault(cause: error, path: path)
    }
  }

  // MARK: Report

  /// Returns the report of a job that writes nothing.
  package func unwrittenReport(on file: ModelFile) -> ReportDocument {
    let runtime = file.model.leastRuntime?.description
    var report = ReportDocument(
      toolVersion: Tool.version, command: command,
      input: ReportDocument.File(path: input, bytes: file.bytes.count),
      minRuntime: .init(before: runtime, after: runtime))
    report.warnings = file.warnings
    return report
  }

  private func report(on file: ModelFile, _ outcome: Pipeline.Outcome) -> ReportDocument {
    var report = unwrittenReport(on: file)
    report.minRuntime.after = outcome.model.leastRuntime?.description
    report.runtimeCost = options.runtime.map { runtime in
      RuntimeCost(
        wanted: runtime.description,
        outcome.results.last(of: QuantizeResult.self)?.concessions ?? RuntimeConcessions())
    }
    ReportBuilder(
      before: file.model, after: outcome.model, log: outcome.log, results: outcome.results
    )
    .fill(&report)
    report.steps = outcome.records.map { record in
      ReportDocument.Step(
        name: record.step.name, options: record.step.described, seconds: record.seconds,
        bytesBefore: record.bytesBefore, bytesAfter: record.bytesAfter, changes: record.changes)
    }
    report.add(outcome.results)
    report.warnings += outcome.nonFiniteWarnings + (outcome.calibration?.warnings ?? [])
    report.warnings += report.blockWarnings
    if let slow = outcome.model.unpackingWarning(since: file.model) { report.warnings.append(slow) }
    return report
  }
}

/// The result of a job.
package struct JobResult {
  package enum Verdict: Equatable, Sendable {
    case done
    /// The result is there, but a gate failed.
    case gatesFailed
    /// There was nothing to do.
    case unchanged
    /// The result would be larger: bytes before and after.
    case larger(from: Int, to: Int)
  }

  package var report: ReportDocument
  package internal(set) var verdict: Verdict
  package let outcome: Pipeline.Outcome
}

extension ModelFile {
  /// Warnings that a user should know before trusting the result.
  package var warnings: [String] {
    dropped.map { "dropped unknown field \($0)" } + leftOut.map { "left out \($0)" }
  }
}

/// The name and version of the tool.
package enum Tool {
  package static let version = toolVersion
  /// The tool's name and version in JSON.
  package static var json: JSONValue {
    .object([("name", .string("optimize")), ("version", .string(version))])
  }
}

extension Pipeline.Outcome {
  /// Whether a target gets more of the model, which operators more than before may be worth.
  var isForTarget: Bool { results.last(of: FixResult.self)?.target?.isBetter == true }
}

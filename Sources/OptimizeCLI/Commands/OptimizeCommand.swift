import JSON
import OpSet
import Optimizer
import Pipelines
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// Runs `quantize`, `pipeline` and the commands of other steps: reads the model, runs the job,
/// reports the result.
struct OptimizeCommand {
  let request: OptimizeRequest
  let console: Console
  let commandLine: [String]
  /// What was tried before, for the report, and what the chosen steps gave then.
  var choice: Choice?
  var outcome: Pipeline.Outcome?
  /// Gets the reports in place of their files.
  var collect: (@Sendable (Collected) -> Void)?

  /// What a command says of one file.
  struct Collected: Sendable {
    /// One for each model in it.
    let reports: [ReportDocument]
    let json: JSONValue
    /// Bytes of the file before and after, if it was written.
    let sizes: (before: Int, after: Int)?
  }

  private var arguments: Arguments { request.arguments }
  private var isDryRun: Bool { arguments.has(Options.dryRun) }

  func run() throws -> ExitCode {
    let content = try ModelOrContainer(
      MappedFile(path: request.input), sections: arguments.all(Options.section))
    let isTable = arguments.has(Options.whatIf) || request.estimates
    if case .container(let container, let models) = content, !isTable {
      return try ContainerCommand(self, container, models).run()
    }
    let file = try ModelFile(
      content.onlyModel(), dropsUnknown: arguments.has(Options.dropUnknown),
      maxMemory: request.options.maxMemory)
    if arguments.has(Options.whatIf) { return try publish(job.whatIf(on: file), .done) }
    if request.estimates { return try publish(job.estimate(of: file), .done) }
    let target = JobRun.Target(
      path: request.output, isWritten: !isDryRun, isReplacing: arguments.has(Options.force))
    return try publish(job.run(on: file, to: target))
  }

  var job: JobRun {
    var job = JobRun(request.steps, input: request.input, command: commandLine)
    job.options = request.options
    job.selection = request.selection
    job.gates = request.gates
    job.samples = request.samples
    job.statistics = request.calibration
    job.outcome = outcome
    job.policy.allowsUnchanged = arguments.has(Options.allowUnchanged)
    job.policy.allowsLarger = arguments.has(Options.allowLarger)
    job.policy.keepsFailed = arguments.has(Options.writeOnFail)
    job.policy.measuresAll = request.measuresAll
    // Where others were tried, the choice is the advice.
    job.policy.advises =
      choice == nil && (job.policy.measuresAll || !arguments.has(Options.quiet))
    return job
  }

  // MARK: Outcomes

  private func publish(_ result: JobResult) throws -> ExitCode {
    var report = result.report
    if let path = arguments[Options.savePlan],
      let plan = result.outcome.results.last(of: QuantizeResult.self)?.plan
    {
      try save(plan.json, to: path, beside: report)
    }
    let refusal = result.refusal(
      of: request.input,
      help: .init(
        unchanged: "--allow-unchanged writes a copy and exits 0",
        larger: "--allow-larger writes it all the same", gates: ""))
    switch result.verdict {
    case .unchanged, .larger:
      // Gates hold for the file that stays as it is.
      let code = report.gateError == nil ? ExitCode.nothing : .gate
      try publish(report, code, error: report.gateError ?? refusal?.message)
      if code == .nothing {
        console.error(refusal?.text ?? "")
      } else if let refusal {
        console.tell(([refusal.message] + refusal.notes).map { "note: \($0)" })
      }
      return code
    case .done, .gatesFailed:
      if isDryRun, result.outcome.isChanged {
        report.warnings.append("dry run: nothing was written")
      }
      guard result.verdict == .gatesFailed else { return try publish(report, .done) }
      let isKept = !isDryRun && arguments.has(Options.writeOnFail)
      if !isKept, !isDryRun { report.output = nil }
      try publish(report, .gate, error: report.gateError)
      if let advice = runtimeAdvice(report) { console.error("help: \(advice)\n") }
      if !isKept, !isDryRun {
        console.error(
          "note: nothing was written\nhelp: --write-on-fail writes the result all the same\n")
      }
      return .gate
    }
  }

  /// Returns the way to a result for the runtime of a gate that failed; nil if the input is no
  /// older.
  private func runtimeAdvice(_ report: ReportDocument) -> String? {
    guard let text = arguments[Options.maxRuntime], !arguments.has(Options.runtime),
      let limit = request.gates.maxRuntime,
      let before = report.minRuntime.before.flatMap({ RuntimeVersion($0) }), before <= limit,
      let after = report.minRuntime.after.flatMap({ RuntimeVersion($0) }), after > limit
    else { return nil }
    return "\(Options.runtime.name) \(text) uses only what that release has"
  }

  /// Shows a report and writes the files that the options ask for.
  @discardableResult
  func publish(
    _ report: ReportDocument, _ code: ExitCode, error: String? = nil
  ) throws -> ExitCode {
    var report = report
    report.exitCode = code.rawValue
    report.choice = choice
    if let path = arguments[Options.saveRecipe], collect == nil {
      try save(Recipe(steps: request.steps).json, to: path, beside: report)
    }
    if request.measuresAll, report.input.sha256 == nil {
      report.input.sha256 = Measurement.sha256(try MappedFile(path: request.input))
    }
    try reporting(to: report.output?.path) { sink in
      if let collect {
        collect(
          Collected(
            reports: [report], json: report.json(error: error),
            sizes: report.output.map { (report.input.bytes, $0.bytes) }))
      } else {
        try sink.writeFiles(report, arguments, error: error)
      }
      sink.tell(report, arguments)
      sink.tellFailedGates(of: report)
    }
    return code
  }

  private func save(
    _ json: JSONValue, to path: String, beside report: ReportDocument
  ) throws {
    try reporting(to: report.output?.path) { try $0.write(json, to: path) }
  }

  /// Writes a report. If that fails, the error says whether the result was written to `path`.
  func reporting(to path: String?, _ body: (ReportSink) throws -> Void) throws {
    do {
      try body(ReportSink(console: console, isReplacing: arguments.has(Options.force)))
    } catch let cause as SystemError {
      throw ReportFault(cause: cause, written: isDryRun ? nil : path)
    }
  }
}

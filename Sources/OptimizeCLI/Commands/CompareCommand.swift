import Report
import TFLiteOptimizer

/// `compare` and `debug`: how far apart two models' outputs are, and the error of every operator.
struct CompareCommand {
  private let invocation: Invocation
  private let path: String
  private let other: String

  /// `missing` is the error for a missing second model, `usage` the correct command line.
  private init(_ invocation: Invocation, missing: String, usage: String) throws {
    self.invocation = invocation
    path = try invocation.model(most: 2)
    let positionals = invocation.arguments.positionals
    guard positionals.count == 2 else { throw UsageFault(missing, help: usage) }
    other = positionals[1]
    guard path != "-" || other != "-" else {
      throw UsageFault("both models would come from standard input")
    }
  }

  @Sendable
  static func compare(_ invocation: Invocation) throws -> ExitCode {
    let command = try CompareCommand(
      invocation, missing: "no second model given", usage: "optimize compare MODEL OTHER")
    let gates = try QualityGates(invocation.arguments)
    let request = try SampleRequest(invocation.arguments)
    var report = try command.report(request, listsOperators: false)
    report.gates = report.quality.map(gates.judge) ?? []
    let code = report.gates.allSatisfy(\.passed) ? ExitCode.done : .gate
    report.exitCode = code.rawValue
    try command.publish(
      report, text: report.qualityText(allTensors: invocation.arguments.has(Options.verbose)))
    return code
  }

  @Sendable
  static func debug(_ invocation: Invocation) throws -> ExitCode {
    let command = try CompareCommand(
      invocation, missing: "no quantized model given", usage: "optimize debug MODEL QUANTIZED")
    let request = try SampleRequest(invocation.arguments)
    guard !request.paths.isEmpty else { throw SampleRequest.missingSamples("debug") }
    let report = try command.report(request, listsOperators: true)
    try command.publish(
      report, text: report.debugText(verbose: invocation.arguments.has(Options.verbose)))
    return .done
  }

  private func report(_ request: SampleRequest, listsOperators: Bool) throws -> ReportDocument {
    let targets = try invocation.checkedReports(inputs: [path, other])
    let (first, second) = (try invocation.openModel(path), try invocation.openModel(other))
    var report = ReportDocument(
      comparing: first, path, with: second, other, command: invocation.commandLine)
    try ModelComparison(first, path: path, request).compare(
      with: second, path: other, tensors: true, listsOperators: listsOperators, in: &report)
    if !targets.isEmpty { report.addDigests(first, second) }
    if invocation.arguments[Options.html] != nil {
      try report.addTables(first, second, Measurement(level: 6, threads: request.options.threads))
    }
    return report
  }

  /// Writes the figures, which are the requested data, to standard output, and warnings to standard
  /// error.
  private func publish(_ report: ReportDocument, text: String) throws {
    let (arguments, console) = (invocation.arguments, invocation.console)
    try invocation.sink.writeFiles(report, arguments)
    if !arguments.has(Options.quiet) {
      if !arguments.fillOutput { console.output(text) }
      console.tell(report.warnings.map { "warning: \($0)" })
    }
  }
}

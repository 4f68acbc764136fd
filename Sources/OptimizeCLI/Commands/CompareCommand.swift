import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `compare`: how far apart two models' outputs are.
enum CompareCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(2)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    guard arguments.positionals.count == 2 else {
      throw UsageFault("no second model given", help: "optimize compare MODEL OTHER")
    }
    let other = arguments.positionals[1]
    guard path != "-" || other != "-" else {
      throw UsageFault("both models would come from standard input")
    }
    let gates = try QualityGates(arguments)
    let request = try SampleRequest(arguments)
    let targets = [arguments[Options.json], arguments[Options.html]].compactMap { $0 }
    try OutputPaths(inputs: [path, other], model: nil, reports: targets).check()
    let (first, second) = (try invocation.openModel(path), try invocation.openModel(other))
    var report = ReportDocument(
      comparing: first, path, with: second, other, command: invocation.commandLine)
    try ModelComparison(first, path: path, request)
      .compare(with: second, path: other, tensors: true, in: &report)
    report.gates = report.quality.map(gates.judge) ?? []
    let code = report.gates.allSatisfy(\.passed) ? ExitCode.done : .gate
    report.exitCode = code.rawValue
    if !targets.isEmpty { report.addDigests(first, second) }
    try publish(report, invocation)
    return code
  }

  /// Figures are the data that was asked for; what is wrong with them goes to standard error.
  private static func publish(_ report: ReportDocument, _ invocation: Invocation) throws {
    let (arguments, console) = (invocation.arguments, invocation.console)
    let sink = ReportSink(console: console)
    if let target = arguments[Options.json] { try sink.write(report.json, to: target) }
    if let target = arguments[Options.html] { try sink.write(report.html, to: target) }
    if !arguments.has(Options.quiet), arguments[Options.json] != "" {
      console.output(report.qualityText(allTensors: arguments.has(Options.verbose)))
    }
    if !arguments.has(Options.quiet) {
      for warning in report.warnings { console.error("warning: \(warning)\n") }
    }
    for gate in report.gates where !gate.passed {
      console.error("error: \(gate.failure)\n")
    }
  }
}

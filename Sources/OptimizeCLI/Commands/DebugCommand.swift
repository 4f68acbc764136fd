import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `debug`: the error of every operator of a quantized model.
enum DebugCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(2)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    guard arguments.positionals.count == 2 else {
      throw UsageFault("no quantized model given", help: "optimize debug MODEL QUANTIZED")
    }
    let other = arguments.positionals[1]
    guard path != "-" || other != "-" else {
      throw UsageFault("both models would come from standard input")
    }
    let request = try SampleRequest(arguments)
    guard request.path != nil else { throw SampleRequest.missingSamples("debug") }
    let targets = [arguments[Options.json], arguments[Options.html]].compactMap { $0 }
    try OutputPaths(inputs: [path, other], model: nil, reports: targets).check()
    let (first, second) = (try invocation.openModel(path), try invocation.openModel(other))
    var report = ReportDocument(
      comparing: first, path, with: second, other, command: invocation.commandLine)
    try ModelComparison(first, path: path, request)
      .compare(with: second, path: other, tensors: true, listsOperators: true, in: &report)
    if !targets.isEmpty { report.addDigests(first, second) }
    let sink = ReportSink(console: invocation.console)
    if let target = arguments[Options.json] { try sink.write(report.json, to: target) }
    if let target = arguments[Options.html] { try sink.write(report.html, to: target) }
    guard !arguments.has(Options.quiet) else { return .done }
    if arguments[Options.json] != "" {
      invocation.console.output(report.debugText(verbose: arguments.has(Options.verbose)))
    }
    for warning in report.warnings { invocation.console.error("warning: \(warning)\n") }
    return .done
  }
}

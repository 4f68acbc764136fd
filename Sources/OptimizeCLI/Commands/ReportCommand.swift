import OpSet
import Optimizer
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `report`: size and compressibility of one file, or of one before and after.
enum ReportCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let paths = invocation.arguments.positionals
    try invocation.checkedReports(inputs: paths)
    let baseline = try Baseline(invocation.arguments)
    let arguments = try baseline?.limits(invocation.arguments) ?? invocation.arguments
    try invocation.allowPositionals(2)
    let level = arguments[Options.level] ?? "6"
    guard ["6", "9"].contains(level) else { throw UsageFault("--level is 6 or 9, not '\(level)'") }
    let first = try invocation.openModel(try OptimizeRequest.model(paths.first))
    let second = try paths.count > 1 ? invocation.openModel(paths[1]) : nil
    let after = second ?? first
    let measurement = Measurement(
      level: Int(level) ?? 6, threads: try Values.threads(arguments[Options.threads]))
    var report = try ReportDocument(
      of: first, first.file.path, after: second.map { ($0, $0.file.path) }, measurement,
      command: invocation.commandLine)
    report.gates = try gates(arguments, after, report)
    let code: ExitCode = report.gates.allSatisfy(\.passed) ? .done : .gate
    report.exitCode = code.rawValue
    try invocation.sink.writeFiles(report, arguments)
    // The report is the requested data here, so its text goes to standard output.
    if !arguments.has(Options.quiet), !arguments.fillOutput {
      invocation.console.output(report.text(verbose: arguments.has(Options.verbose)))
    }
    if code == .gate, let baseline { invocation.console.tell([baseline.note]) }
    return code
  }

  private static func gates(
    _ arguments: Arguments, _ file: ModelFile, _ report: ReportDocument
  ) throws -> [ReportDocument.Gate] {
    var gates: [ReportDocument.Gate] = []
    if let text = arguments[Options.maxSize] {
      let limit = try Values.bytes(text, Options.maxSize)
      gates.append(.atMost("max-size", limit, file.bytes.count))
    }
    if let text = arguments[Options.maxDownload] {
      let limit = try Values.bytes(text, Options.maxDownload)
      let figures = report.compressibility?.after ?? report.compressibility?.before
      gates.append(.atMost("max-download", limit, figures?.deflate6 ?? 0))
    }
    if let text = arguments[Options.maxRuntime] {
      gates.append(.runtime(try JobGates.runtime(text), file.model.leastRuntime))
    }
    return gates
  }
}

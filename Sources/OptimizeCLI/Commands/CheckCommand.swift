import Report
import TFLiteOptimizer
import Targets

/// `check`: whether targets run a model, operator by operator.
enum CheckCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let path = try invocation.model()
    let targets = try TargetNames.targets(arguments.all(Options.target))
    try invocation.checkedReports(inputs: [path])
    let file = try invocation.openModel(path)
    var report = TargetDocument(
      of: file, file.file.path, for: targets, toolVersion: Tool.version,
      command: invocation.commandLine)
    if arguments.has(Options.requireFull) { report.requireFull() }
    let code: ExitCode = report.gates.allSatisfy(\.passed) ? .done : .gate
    report.exitCode = code.rawValue
    let sink = invocation.sink
    if let target = arguments[Options.html] { try sink.write(report.html, to: target) }
    if let target = arguments[Options.json] {
      try sink.write(report.json(tool: Tool.json), to: target)
    }
    let console = invocation.console
    console.tell(file.warnings.map { "warning: \($0)" })
    if !arguments.fillOutput, !arguments.has(Options.quiet) {
      console.output(report.text(verbose: arguments.has(Options.verbose)))
    }
    console.tell(report.gates.filter { !$0.passed }.map { "error: \($0.failure)" })
    return code
  }
}

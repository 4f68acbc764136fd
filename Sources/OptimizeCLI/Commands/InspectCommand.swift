import OpSet
import Optimizer
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `inspect`: lists the content of a file.
enum InspectCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let path = try invocation.model()
    try invocation.checkedReports(inputs: [path])
    let file = try invocation.openModel(path)
    let inspection = try Inspection(file, path: path)
    invocation.console.tell(file.warnings.map { "warning: \($0)" })
    if let target = arguments[Options.html] {
      var report = try ReportDocument(
        of: file, path, after: nil, Measurement(level: 6, threads: try Values.threads(nil)),
        command: invocation.commandLine)
      report.facts = inspection.facts
      try invocation.sink.write(report.html, to: target)
    }
    if let target = arguments[Options.json] {
      try invocation.sink.write(inspection.json, to: target)
    } else if !arguments.fillOutput {
      invocation.console.output(
        inspection.text(
          tensors: arguments.has(Options.tensors), operators: arguments.has(Options.operators)))
    }
    return .done
  }
}

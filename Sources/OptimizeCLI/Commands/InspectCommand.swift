import OpSet
import Optimizer
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `inspect`: what the file holds.
enum InspectCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(1)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    try OutputPaths(
      inputs: [path], model: nil, reports: [arguments[Options.json]].compactMap { $0 }
    ).check()
    let file = try invocation.openModel(path)
    let inspection = try Inspection(file, path: path)
    for warning in file.warnings { invocation.console.error("warning: \(warning)\n") }
    if let target = arguments[Options.json] {
      try ReportSink(console: invocation.console).write(inspection.json, to: target)
    } else {
      invocation.console.output(
        inspection.text(
          tensors: arguments.has(Options.tensors), operators: arguments.has(Options.operators)))
    }
    return .done
  }
}

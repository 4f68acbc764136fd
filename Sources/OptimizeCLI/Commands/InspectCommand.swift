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
    let map = try invocation.located(path) { try MappedFile(path: path) }
    let container = try invocation.located(path) { try Container(map) }
    if let container, !needsModel(arguments) { return try list(container, path, invocation) }
    let file = try invocation.openModel(in: map, path: path)
    // In a container it is named after its section.
    let inspection = try Inspection(file, path: file.file.path)
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

  /// Whether an option is about one model, in a container too.
  private static func needsModel(_ arguments: Arguments) -> Bool {
    [Options.section, Options.tensors, Options.operators, Options.html].contains {
      arguments.has($0)
    }
  }

  private static func list(
    _ container: Container, _ path: String, _ invocation: Invocation
  ) throws -> ExitCode {
    let inspection = try ContainerInspection(container, path: path) { part in
      try invocation.readModel(part, path: part.path)
    }
    if let target = invocation.arguments[Options.json] {
      try invocation.sink.write(inspection.json, to: target)
    } else {
      invocation.console.output(inspection.text)
    }
    return .done
  }
}

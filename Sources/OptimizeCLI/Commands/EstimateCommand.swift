import Optimizer
import Report
import TFLite

extension OptimizeCommand {
  /// What a step that only estimates would save, and nothing written.
  func estimate(_ file: ModelFile) throws -> ExitCode {
    var report = unwrittenReport(on: file)
    for step in request.steps {
      guard let name = step.estimateName else { continue }
      let result = try step.estimate(
        of: file, options: request.options, selection: request.selection)
      report.add(result.map { [$0] } ?? [])
      report.warnings.append("\(name) is an estimate: nothing was written")
    }
    return try publish(&report, .done)
  }
}

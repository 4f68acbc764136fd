import Fixes
import Optimizer

/// A step's result that fills a part of the report.
package protocol ReportedResult: StepResult {
  /// Fills that part of the report.
  func add(to report: inout ReportDocument)
}

extension ReportDocument {
  /// Adds the steps' results. Of two that fill the same part the later one counts.
  package mutating func add(_ results: [any StepResult]) {
    for result in results { (result as? any ReportedResult)?.add(to: &self) }
  }
}

extension PruningSummary: ReportedResult {
  package func add(to report: inout ReportDocument) { report.pruning = .init(self) }
}

extension ChannelEstimate: ReportedResult {
  package func add(to report: inout ReportDocument) { report.channels = self }
}

extension FixResult: ReportedResult {
  package func add(to report: inout ReportDocument) { report.fix = self }
}

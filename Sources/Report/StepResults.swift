import Optimizer

/// A step's result that the report has a part for.
package protocol ReportedResult: StepResult {
  /// Fills the part of the report that is about it.
  func add(to report: inout ReportDocument)
}

extension ReportDocument {
  /// Adds what steps have to say; of two that fill the same part the later one counts.
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

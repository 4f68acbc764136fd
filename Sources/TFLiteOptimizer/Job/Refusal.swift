import Report

extension JobResult {
  /// Advice to the user about a refused result.
  package struct RefusalHelp: Sendable {
    let unchanged: String
    let larger: String
    let gates: String

    package init(unchanged: String, larger: String, gates: String) {
      self.unchanged = unchanged
      self.larger = larger
      self.gates = gates
    }
  }

  /// Returns why the result is not written; nil if it is. `input` names the model.
  package func refusal(of input: String, help: RefusalHelp) -> Diagnostic? {
    let nothing = "nothing was written"
    switch verdict {
    case .done:
      return nil
    case .unchanged where report.steps.count == 1 && report.fix != nil:
      return Diagnostic(
        message: "nothing to do: no rule applies to '\(input)'",
        notes: (report.fix?.refusals ?? []) + [nothing], help: help.unchanged, exitCode: .nothing)
    case .unchanged:
      return Diagnostic(
        message: "nothing to do: no tensor of '\(input)' was changed",
        notes: report.whyUnchanged + [nothing], help: help.unchanged, exitCode: .nothing)
    case .larger(let before, let after):
      return Diagnostic(
        message: "the result would be larger: \(before) → \(after) bytes", notes: [nothing],
        help: help.larger, exitCode: .nothing)
    case .gatesFailed:
      let failures = report.gates.filter { !$0.passed }.map(\.failure)
      return Diagnostic(
        message: failures.first ?? "a gate failed", notes: failures.dropFirst() + [nothing],
        help: help.gates, exitCode: .gate)
    }
  }
}

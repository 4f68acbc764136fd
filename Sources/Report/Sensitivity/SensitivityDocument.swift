import Evaluation
import Optimizer

/// What `sensitivity` says about a model.
package struct SensitivityDocument: Sendable {
  package let toolVersion: String
  package let command: [String]
  package let input: ReportDocument.File
  package let sensitivities: Sensitivities
  /// How samples became inputs.
  package let preparations: [String]
  package let warnings: [String]

  package init(
    _ sensitivities: Sensitivities, of input: ReportDocument.File, preparations: [String],
    warnings: [String], toolVersion: String, command: [String]
  ) {
    self.sensitivities = sensitivities
    self.input = input
    self.preparations = preparations
    self.warnings = warnings
    self.toolVersion = toolVersion
    self.command = command
  }

  /// The operators, the most harmful first.
  var byHarm: [OperatorSensitivity] {
    sensitivities.operators.sorted { ($1.worst, $0.index) < ($0.worst, $1.index) }
  }

  /// Returns the share of all weights, and of all multiplications, as a text; nothing for none.
  func share(_ part: Int, of whole: Int) -> String {
    part > 0 ? Numbers.percent(part, whole) : ""
  }

  var summary: String {
    Numbers.counted(sensitivities.operators.count, "operator") + " one by one on "
      + Numbers.counted(sensitivities.samples, "sample") + ", the rest float"
  }
}

extension OperatorSensitivity {
  /// The SQNR of the worst output in dB, by form; nil where kernels do not take it.
  var signals: [Double?] { noises.map { $0.map { ErrorStatistics.decibels(1, $0) } } }

  /// The figures as texts.
  var signalTexts: [String] {
    signals.map { signal in
      guard let signal else { return "–" }
      return signal.isFinite ? Numbers.fixed(signal, 1) : "exact"
    }
  }
}

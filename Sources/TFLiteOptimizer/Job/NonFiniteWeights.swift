import Optimizer
import Pipelines
import Report

extension Pipeline.Outcome {
  /// The names of weights with NaN or infinity: the first few, and how many there are.
  private var nonFiniteText: String {
    let names = nonFinite.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    return nonFinite.count > 4 ? "\(names), … (\(nonFinite.count))" : names
  }

  var nonFiniteWarnings: [String] {
    nonFinite.isEmpty
      ? [] : ["weights have NaN or infinity, so results mean nothing: \(nonFiniteText)"]
  }

  /// The verdict on the input's own weights. Integers hide NaN and infinity, so the outputs cannot
  /// show them.
  var nonFiniteGates: [ReportDocument.Gate] {
    nonFinite.isEmpty
      ? []
      : [
        ReportDocument.Gate(
          name: "finite-weights", limit: "no NaN or infinity", value: "in \(nonFiniteText)",
          passed: false)
      ]
  }
}

import Fixes
import Optimizer
import Targets

extension FixResult {
  /// What happened, a line each: the count of operators, each rule, what was taken back, the check.
  var lines: [String] {
    let change =
      operatorsBefore == operatorsAfter
      ? "\(Numbers.counted(operatorsAfter, "operator")), as before"
      : "\(operatorsBefore) → \(Numbers.counted(operatorsAfter, "operator"))"
    return [change] + rules.map(\.text) + refusals + (target?.lines ?? [])
      + (check.map { [$0.text] } ?? [])
  }

  /// Why rules were taken back.
  package var refusals: [String] {
    refused.map { "rule '\($0.name)' was taken back: \($0.why.text)" }
  }
}

extension TargetResult {
  /// What the target gets, what that costs, and what it still refuses.
  var lines: [String] {
    let quantized = target.lens == .int8 ? ", quantized to int8" : ""
    var lines = ["\(target.name)\(quantized): \(before.summary) → \(after.summary)"]
    if grown > 0 { lines.append("\(Numbers.bytes(grown)) more for what the target takes") }
    lines += after.rows.groups.filter { $0.verdict.obstacle?.isOwn == true }.prefix(8).map {
      group in
      "left: \(group.count) \(group.name)"
        + (group.verdict.obstacle.map { ", \($0.text)" } ?? "")
    }
    return lines
  }
}

extension Obstacle {
  /// Whether it lies in the operator itself, not in what runs around it.
  var isOwn: Bool {
    switch self {
    case .behind, .outsideLargestPart, .readerFallsBack: false
    default: true
    }
  }
}

extension FixResult.Rule {
  var text: String {
    switch gone {
    case 0: "as many: \(summary)"
    case ..<0: "\(-gone) more: \(summary)"
    default: "\(gone) fewer: \(summary)"
    }
  }
}

extension FixResult.Refusal {
  var text: String {
    switch self {
    case .differs(let output, let difference):
      "output '\(output)' would differ by \(Numbers.short(difference)) of its range"
    case .larger(let bytes): "the file would be \(Numbers.bytes(bytes)) larger"
    case .needsRuntime(let reason): reason.text
    case .notRun: "the model cannot be run here, and it rounds in another order"
    }
  }
}

extension FixResult.Check {
  var text: String {
    switch self {
    case .ran(let difference, let samples):
      let inputs =
        samples > 0 ? "random inputs and \(Numbers.counted(samples, "sample"))" : "random inputs"
      return difference == 0
        ? "outputs are the same bits on \(inputs)"
        : "outputs differ by at most \(Numbers.short(difference)) of their range on \(inputs)"
    case .notRun(let why): return "outputs were not compared: \(why)"
    }
  }
}

import Platform
import Report

/// Limits on the difference between a result and its model.
package struct QualityGates: Sendable {
  /// A number as it was typed.
  package struct Limit: Equatable, Sendable {
    package let value: Double
    package let text: String

    package init(value: Double, text: String) {
      self.value = value
      self.text = text
    }

    package init(_ value: Double) { self.init(value: value, text: QualityGates.text(value)) }
  }

  package var maxError: Limit?
  package var minSqnr: Limit?
  package var minAgreement: Limit?
  package var maxDrop: Limit?

  package init() {}

  var asksAny: Bool {
    maxError != nil || minSqnr != nil || minAgreement != nil || maxDrop != nil
  }

  /// The relative error that the gates allow; nil without gates for it, or with others too.
  package var greatestError: Double? {
    guard minAgreement == nil, maxDrop == nil else { return nil }
    let ofSignal = minSqnr.map { MathFunctions.power(10, -$0.value / 20) }
    return [maxError?.value, ofSignal].compactMap(\.self).min()
  }

  /// The worst output counts. NaN in a result fails every comparison, with or without gates.
  package func judge(_ quality: ReportDocument.Quality) -> [ReportDocument.Gate] {
    let outputs = quality.outputs.filter(\.isCompared)
    var gates: [ReportDocument.Gate] = []
    func add(_ name: String, limit: String, _ value: String, passed: Bool) {
      gates.append(.init(name: name, limit: limit, value: value, passed: passed))
    }
    let broken = outputs.filter { $0.notFinite > 0 }
    if !broken.isEmpty {
      let places = broken.map { "\($0.notFinite) in '\($0.name)'" }
      add(
        "finite", limit: "no NaN or infinity", places.joined(separator: ", "), passed: false)
    }
    if let maxError {
      let worst = outputs.map(\.relativeL2).max() ?? 0
      add(
        "max-error", limit: maxError.text, Self.text(worst), passed: worst <= maxError.value)
    }
    if let minSqnr {
      let worst = outputs.map(\.sqnr).min() ?? .infinity
      add(
        "min-sqnr", limit: "\(minSqnr.text) dB",
        worst == .infinity ? "exact" : "\(Self.text(worst)) dB", passed: worst >= minSqnr.value)
    }
    if let minAgreement {
      let worst = outputs.compactMap(\.argmaxAgreement).min().map { 100 * $0 }
      add(
        "min-agreement", limit: "\(minAgreement.text) %",
        worst.map { "\(Self.text($0)) %" } ?? "unknown: no output has rows of values",
        passed: worst.map { $0 >= minAgreement.value } ?? false)
    }
    if let maxDrop, let accuracy = quality.accuracy {
      add(
        "max-drop", limit: "\(maxDrop.text) points", "\(Self.text(accuracy.drop)) points",
        passed: accuracy.drop <= maxDrop.value)
    }
    return gates
  }

  /// Returns six digits, so that a value close to its limit differs from it.
  private static func text(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var (mantissa, exponent) = (value, 0)
    while abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    if (-4...5).contains(exponent) {
      return trimmed(Numbers.fixed(value, 5 - exponent))
    }
    return "\(trimmed(Numbers.fixed(mantissa, 5)))e\(exponent)"
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

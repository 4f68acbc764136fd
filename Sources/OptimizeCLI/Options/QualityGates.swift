import Report

/// Limits of how far a result may be from its model.
struct QualityGates {
  /// A number as it was typed.
  struct Limit: Equatable {
    let value: Double
    let text: String
  }

  var maxError: Limit?
  var minSqnr: Limit?
  var minAgreement: Limit?
  var maxDrop: Limit?

  init(_ arguments: Arguments) throws(UsageFault) {
    maxError = try Self.limit(arguments, Options.maxError, 0...)
    minSqnr = try Self.limit(arguments, Options.minSqnr, (-1e9)...)
    minAgreement = try Self.limit(arguments, Options.minAgreement, 0...)
    maxDrop = try Self.limit(arguments, Options.maxDrop, (-100)...)
    if let minAgreement, minAgreement.value > 100 {
      throw UsageFault("\(Options.minAgreement.name) is a percentage, at most 100")
    }
  }

  var isEmpty: Bool { [maxError, minSqnr, minAgreement, maxDrop].allSatisfy { $0 == nil } }

  private static func limit(
    _ arguments: Arguments, _ option: Option, _ range: PartialRangeFrom<Double>
  ) throws(UsageFault) -> Limit? {
    guard let text = arguments[option] else { return nil }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw UsageFault("'\(text)' is no number for \(option.name)")
    }
    return Limit(value: value, text: text)
  }

  /// The worst output counts. NaN in a result fails every comparison, gate or not.
  func judge(_ quality: ReportDocument.Quality) -> [ReportDocument.Gate] {
    let outputs = quality.outputs.filter(\.isCompared)
    var gates: [ReportDocument.Gate] = []
    let broken = outputs.filter { $0.notFinite > 0 }
    if !broken.isEmpty {
      let places = broken.map { "\($0.notFinite) in '\($0.name)'" }
      gates.append(
        .init(
          name: "finite", limit: "no NaN or infinity", value: places.joined(separator: ", "),
          passed: false))
    }
    if let maxError {
      let worst = outputs.map(\.relativeL2).max() ?? 0
      gates.append(
        .init(
          name: "max-error", limit: maxError.text, value: Self.text(worst),
          passed: worst <= maxError.value))
    }
    if let minSqnr {
      let worst = outputs.map(\.sqnr).min() ?? .infinity
      gates.append(
        .init(
          name: "min-sqnr", limit: "\(minSqnr.text) dB",
          value: worst == .infinity ? "exact" : "\(Self.text(worst)) dB",
          passed: worst >= minSqnr.value))
    }
    if let minAgreement {
      let worst = outputs.compactMap(\.argmaxAgreement).min().map { 100 * $0 }
      gates.append(
        .init(
          name: "min-agreement", limit: "\(minAgreement.text) %",
          value: worst.map { "\(Self.text($0)) %" } ?? "unknown: no output has rows of values",
          passed: worst.map { $0 >= minAgreement.value } ?? false))
    }
    if let maxDrop, let accuracy = quality.accuracy {
      gates.append(
        .init(
          name: "max-drop", limit: "\(maxDrop.text) points",
          value: "\(Self.text(accuracy.drop)) points", passed: accuracy.drop <= maxDrop.value))
    }
    return gates
  }

  /// Six digits, so that a value beside its limit can be told from it.
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

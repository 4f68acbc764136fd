import TFLiteOptimizer

extension QualityGates {
  /// Reads the gates from the command line.
  init(_ arguments: Arguments) throws(UsageFault) {
    self.init()
    maxError = try Self.limit(arguments, Options.maxError, 0...)
    minSqnr = try Self.limit(arguments, Options.minSqnr, (-1e9)...)
    minAgreement = try Self.limit(arguments, Options.minAgreement, 0...)
    maxDrop = try Self.limit(arguments, Options.maxDrop, (-100)...)
    if let minAgreement, minAgreement.value > 100 {
      throw UsageFault("\(Options.minAgreement.name) is a percentage, at most 100")
    }
  }

  private static func limit(
    _ arguments: Arguments, _ option: Option, _ range: PartialRangeFrom<Double>
  ) throws(UsageFault) -> Limit? {
    guard let text = arguments[option] else { return nil }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw UsageFault("'\(text)' is not a valid number for \(option.name)")
    }
    return Limit(value: value, text: text)
  }
}

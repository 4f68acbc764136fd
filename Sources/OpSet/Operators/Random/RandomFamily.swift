extension OperatorFamily {
  /// Random numbers.
  static let random = OperatorFamily(
    "Random",
    [
      .randomStandardNormal, .randomUniform, .multinomial, .stablehloRngBitGenerator,
    ])
}

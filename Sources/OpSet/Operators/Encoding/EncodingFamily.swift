extension OperatorFamily {
  /// How values are stored.
  static let encoding = OperatorFamily(
    "Encoding",
    [
      .quantize, .dequantize, .densify, .cast, .bitcast, .fakeQuant,
    ])
}

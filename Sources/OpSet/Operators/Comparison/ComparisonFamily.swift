extension OperatorFamily {
  /// Two operands compared; the result is bool.
  static let comparison = OperatorFamily(
    "Comparison",
    [
      .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
    ])
}

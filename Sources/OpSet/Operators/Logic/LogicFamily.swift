extension OperatorFamily {
  /// Booleans and bits.
  static let logic = OperatorFamily(
    "Logic",
    [
      .logicalOr, .logicalAnd, .logicalNot, .bitwiseXor, .rightShift, .stablehloAnd,
      .stablehloShiftLeft,
    ])
}

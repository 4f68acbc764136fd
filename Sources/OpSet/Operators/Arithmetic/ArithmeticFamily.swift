extension OperatorFamily {
  /// Functions of two operands, broadcast.
  static let arithmetic = OperatorFamily(
    "Arithmetic",
    [
      .add, .sub, .mul, .div, .squaredDifference, .maximum, .minimum, .floorDiv, .floorMod,
      .addN, .pow, .atan2, .prelu, .stablehloAdd, .stablehloMultiply, .stablehloMaximum,
      .stablehloMinimum,
    ])
}

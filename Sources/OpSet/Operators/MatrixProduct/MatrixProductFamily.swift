extension OperatorFamily {
  /// Products of matrices.
  static let matrixProduct = OperatorFamily(
    "MatrixProduct",
    [
      .fullyConnected, .batchMatMul,
    ])
}

extension OperatorFamily {
  /// Rows of values brought to a scale: softmax and norms.
  static let normalization = OperatorFamily(
    "Normalization",
    [
      .softmax, .logSoftmax, .l2Normalization, .localResponseNormalization,
    ])
}

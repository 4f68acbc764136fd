extension OperatorFamily {
  /// Elements read or written at indices.
  static let indexing = OperatorFamily(
    "Indexing",
    [
      .gather, .gatherND, .scatterND, .oneHot, .sparseToDense, .matrixDiag, .matrixSetDiag,
      .stablehloScatter, .stablehloGather,
    ])
}

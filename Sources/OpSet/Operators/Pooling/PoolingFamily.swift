extension OperatorFamily {
  /// Reductions in a sliding window.
  static let pooling = OperatorFamily(
    "Pooling",
    [
      .averagePool2D, .maxPool2D, .l2Pool2D, .reduceWindow, .stablehloReduceWindow,
    ],
    custom: [
      "MaxPoolingWithArgmax2D": .maxPoolingWithArgmax2D,
      "MaxUnpooling2D": .maxUnpooling2D,
    ])
}

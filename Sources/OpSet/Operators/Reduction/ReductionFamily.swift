extension OperatorFamily {
  /// Axes and groups of rows made one.
  static let reduction = OperatorFamily(
    "Reduction",
    [
      .mean, .sum, .reduceMax, .reduceMin, .reduceProd, .reduceAny, .reduceAll, .cumsum,
      .segmentSum, .unsortedSegmentProd, .unsortedSegmentMax, .unsortedSegmentSum,
      .unsortedSegmentMin,
    ])
}

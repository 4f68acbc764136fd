extension OpSpec {
  /// Boxes, scores, number of results, two thresholds.
  static let nonMaxSuppressionV4 = OpSpec(
    "NON_MAX_SUPPRESSION_V4", [.activation, .activation, .index, .parameter, .parameter],
    runtimes: "1:2.1.0", kernel: .nonMaxSuppressionV4)

  /// As version 4, then sigma.
  static let nonMaxSuppressionV5 = OpSpec(
    "NON_MAX_SUPPRESSION_V5",
    [.activation, .activation, .index, .parameter, .parameter, .parameter],
    runtimes: "1:2.1.0", kernel: .nonMaxSuppressionV5)
}

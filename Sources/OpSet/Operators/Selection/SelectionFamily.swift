extension OperatorFamily {
  /// Elements found, ordered and chosen.
  static let selection = OperatorFamily(
    "Selection",
    [
      .argMax, .argMin, .topKV2, .select, .selectV2, .`where`, .unique, .bucketize,
    ])
}

extension OperatorFamily {
  /// Shapes and indices computed.
  static let shape = OperatorFamily(
    "Shape",
    [
      .shape, .rank, .range, .broadcastArgs,
    ])
}

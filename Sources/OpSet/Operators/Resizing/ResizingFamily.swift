extension OperatorFamily {
  /// Images scaled.
  static let resizing = OperatorFamily(
    "Resizing",
    [
      .resizeBilinear, .resizeNearestNeighbor,
    ])
}

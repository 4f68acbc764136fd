extension OperatorFamily {
  /// Elements added or repeated.
  static let padding = OperatorFamily(
    "Padding",
    [
      .pad, .padV2, .mirrorPad, .dilate, .tile, .broadcastTo, .fill, .zerosLike, .stablehloPad,
    ])
}

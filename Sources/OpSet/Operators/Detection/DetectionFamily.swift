extension OperatorFamily {
  /// Boxes that remain when overlapping ones are left out.
  static let detection = OperatorFamily(
    "Detection",
    [
      .nonMaxSuppressionV4, .nonMaxSuppressionV5,
    ],
    custom: [
      "TFLite_Detection_PostProcess": .detectionPostProcess
    ])
}

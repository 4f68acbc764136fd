extension OperatorFamily {
  /// Filters that slide over images and volumes.
  static let convolution = OperatorFamily(
    "Convolution",
    [
      .conv2D, .depthwiseConv2D, .transposeConv, .conv3D, .conv3DTranspose,
    ],
    custom: [
      "Convolution2DTransposeBias": .convolution2DTransposeBias
    ])
}

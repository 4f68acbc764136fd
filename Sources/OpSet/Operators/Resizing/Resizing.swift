import TFLite

extension OpSpec {
  static let resizeBilinear = OpSpec(
    "RESIZE_BILINEAR", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .integer, values: .all,
    versions: [
      .version(4, if: .input(0, .int16)),
      .version(3, if: .isSet(ResizeBilinear.halfPixelCenters)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.7.0 2:1.14.0 3:2.2.0 4:2.5.0", kernel: .resizeBilinear,
    gradient: .resizeBilinear)

  static let resizeNearestNeighbor = OpSpec(
    "RESIZE_NEAREST_NEIGHBOR", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    time: .elements(float: 0.2, int8: 0.05),
    versions: [
      .version(4, if: .input(0, .int16)),
      .version(3, if: .isSet(ResizeNearestNeighbor.halfPixelCenters)),
      .version(3, if: .isSet(ResizeNearestNeighbor.alignCorners)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.13.1 2:1.14.0 3:2.3.0 4:2.4.0", kernel: .resizeNearestNeighbor,
    gradient: .moved)
}

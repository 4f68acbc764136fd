import TFLite

/// Operators that add elements or repeat them.
extension OpSpec {
  /// The kernel fills with the zero point.
  static let pad = OpSpec(
    "PAD", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: padding,
    runtimes: "1:1.5.0 2:1.14.0 3:2.4.0 4:2.6.0 5:2.20.0 6:2.23.0", kernel: .pad,
    gradient: .moved)

  static let padV2 = OpSpec(
    "PADV2", [.activation, .index, .parameter],
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: padding,
    runtimes: "1:1.9.0 2:1.14.0 3:2.4.0 4:2.6.0 5:2.20.0 6:2.23.0", kernel: .padV2,
    gradient: .moved)

  private static let padding: [VersionRow] = [
    .version(6, if: .float8Input(0)),
    .version(5, if: .input(0, .bool)),
    .version(4, if: .rank(ofInput: 0, above: 4)),
    .version(3, if: .input(0, .int16)),
    .version(2, if: .input(0, .int8)),
    .otherwise(1),
  ]

  static let mirrorPad = OpSpec(
    "MIRROR_PAD", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: .int16(3, int8: 2),
    runtimes: "1:1.13.1 2:2.3.0 3:2.12.0", kernel: .mirrorPad,
    gradient: .moved)

  /// Data, dilations, padding value.
  static let dilate = OpSpec(
    "DILATE", [.activation, .index, .parameter],
    runtimes: "1:2.15.0", kernel: .dilate,
    gradient: .moved)

  static let tile = OpSpec(
    "TILE", .activationAndIndex,
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(3, if: .input(0, .int8)),
      .version(2, if: .input(0, .string)),
      .otherwise(1),
    ],
    runtimes: "1:1.10.1 2:2.2.0 3:2.8.0",
    kernels: [.since(2, 21, if: .input(0, .int16))], reference: .upTo(2), kernel: .tile,
    gradient: .moved)

  /// There is no version 1.
  static let broadcastTo = OpSpec(
    "BROADCAST_TO", .activationAndIndex,
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(4, if: .float8Input(0)),
      .version(3, if: .input(0, .int8, .int16)),
      .otherwise(2),
    ],
    runtimes: "2:2.5.0 3:2.5.0 4:2.23.0", kernel: .broadcastTo,
    gradient: .moved)

  /// Shape, then value.
  static let fill = OpSpec(
    "FILL", [.index, .activation],
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(5, if: .float8Input(1)),
      .version(4, if: .input(1, .float16)),
      .version(3, if: .input(1, .int8, .int16)),
      .version(2, if: .input(1, .bool, .string)),
      .otherwise(1),
    ],
    runtimes: "1:1.13.0 2:2.3.0 3:2.5.0 4:2.12.0 5:2.23.0",
    kernel: .fill,
    gradient: .moved)

  static let zerosLike = OpSpec(
    "ZEROS_LIKE", .activation,
    runtimes: "1:1.12.0",
    kernel: .zerosLike)

  /// Operand, padding value.
  static let stablehloPad = OpSpec(
    "STABLEHLO_PAD", [.activation, .parameter], runtimes: "1:2.16.0", kernel: .stablehloPad,
    gradient: .moved)
}

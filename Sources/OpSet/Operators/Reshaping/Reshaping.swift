import TFLite

/// Operators that keep every element and change the shape or the order.
extension OpSpec {
  static let reshape = OpSpec(
    "RESHAPE", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    time: .elements(float: 0.075, int8: 0.02),
    runtimes: "1:1.5.0", kernel: .reshape,
    gradient: .kept)

  static let squeeze = OpSpec(
    "SQUEEZE", .activation,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: [.version(2, if: .input(0, .string)), .otherwise(1)],
    runtimes: "1:1.6.0 2:2.5.0", reference: .upTo(1), kernel: .squeeze,
    gradient: .kept)

  static let expandDims = OpSpec(
    "EXPAND_DIMS", .activationAndIndex,
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    runtimes: "1:1.10.0", kernel: .expandDims,
    gradient: .kept)

  static let transpose = OpSpec(
    "TRANSPOSE", .activationAndIndex,
    scale: .sameAsInputs, modes: .all,
    time: .elements(float: 0.1, int8: 0.05),
    versions: [
      .version(9, if: .input(0, .float16)),
      .version(8, if: .rank(ofInput: 0, above: 6)),
      .version(8, if: .input(0, .bfloat16)),
      .version(7, if: .input(0, .int4)),
      .version(6, if: .rank(ofInput: 0, above: 5)),
      .version(5, if: .input(0, .int16)),
      .version(4, if: .rank(ofInput: 0, above: 4)),
      .version(3, if: .input(0, .bool)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: """
      1:1.6.0 2:1.14.0 3:1.15.0 4:2.3.0 5:2.4.0 6:2.12.0 7:2.14.4 8:2.22.0 9:2.23.0
      """, reference: .upTo(8), kernel: .transpose,
    gradient: .moved)

  static let spaceToDepth = OpSpec(
    "SPACE_TO_DEPTH", .activation,
    scale: .sameAsInputs, modes: .int8,
    versions: .int8(2),
    runtimes: "1:1.5.0 2:1.14.0", kernel: .spaceToDepth,
    gradient: .moved)

  static let depthToSpace = OpSpec(
    "DEPTH_TO_SPACE", .activation,
    scale: .sameAsInputs, modes: .int8,
    versions: .int8(2),
    runtimes: "1:2.1.0 2:2.5.0", reference: .upTo(1), kernel: .depthToSpace,
    gradient: .moved)

  /// Data, block shape, paddings.
  static let spaceToBatchND = OpSpec(
    "SPACE_TO_BATCH_ND", [.activation, .index, .index],
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: batchAndSpace,
    runtimes: "1:1.6.0 2:1.14.0 3:2.3.0 4:2.12.0", kernel: .spaceToBatchND,
    gradient: .moved)

  /// Data, block shape, crops.
  static let batchToSpaceND = OpSpec(
    "BATCH_TO_SPACE_ND", [.activation, .index, .index],
    channels: .keeps, scale: .sameAsInputs, modes: .all,
    versions: batchAndSpace,
    runtimes: "1:1.6.0 2:1.14.0 3:2.3.0 4:2.12.0", kernel: .batchToSpaceND,
    gradient: .moved)

  private static let batchAndSpace: [VersionRow] = [
    .version(4, if: .input(0, .int16)),
    .version(3, if: .rank(ofInput: 0, isNot: 4)),
    .version(2, if: .input(0, .int8)),
    .otherwise(1),
  ]

  static let reverseV2 = OpSpec(
    "REVERSE_V2", .activationAndIndex,
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(4, if: .float8Input(0)),
      .version(3, if: .input(0, .int8)),
      .version(2, if: .input(0, .bool)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:2.2.0 3:2.5.0 4:2.23.0", kernel: .reverseV2,
    gradient: .moved)

  static let reverseSequence = OpSpec(
    "REVERSE_SEQUENCE", .activationAndIndex,
    scale: .sameAsInputs, modes: .int16x8,
    runtimes: "1:1.14.0", kernel: .reverseSequence,
    gradient: .moved)
}

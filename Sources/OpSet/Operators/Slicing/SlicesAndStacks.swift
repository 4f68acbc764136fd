import TFLite

/// Operators that cut tensors up or put them together.
extension OpSpec {
  static let concatenation = OpSpec(
    "CONCATENATION", .variadic(.activation),
    channels: .joins, scale: .sameAsInputs, modes: .all,
    time: .elements(float: 0.18, int8: 0.05),
    versions: [
      .version(7, if: .float8Input(0)),
      .version(6, if: .input(0, .float16)),
      .version(5, if: .input(0, .int4)),
      .version(4, if: .input(0, .uint32)),
      .version(3, if: .input(0, .int16)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.14.0 3:2.3.0 4:2.14.0 5:2.21.0 6:2.23.0 7:2.23.0",
    kernel: .concatenation,
    gradient: .concatenation)

  static let pack = OpSpec(
    "PACK", .variadic(.activation),
    scale: .sameAsInputs, modes: .integer,
    versions: [
      .version(5, if: .float8Input(0)),
      .version(2, if: .input(0, .int8)),
      .version(3, if: .input(0, .int16), .output(0, .int16)),
      .version(4, if: .input(0, .uint32)),
      .otherwise(1),
    ],
    runtimes: "1:1.11.0 2:1.14.0 3:2.3.0 4:2.13.0 5:2.23.0", kernel: .pack,
    gradient: .moved)

  static let unpack = OpSpec(
    "UNPACK", .activation,
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(6, if: .float8Input(0)),
      .version(2, if: .input(0, .int8, .uint8)),
      .version(3, if: .input(0, .bool)),
      .version(4, if: .input(0, .int16), .output(0, .int16)),
      .version(5, if: .input(0, .float16, .bfloat16)),
      .otherwise(1),
    ],
    runtimes: "1:1.11.0 2:1.14.0 3:2.2.0 4:2.3.0 5:2.22.0 6:2.23.0", kernel: .unpack,
    gradient: .moved)

  /// Axis, then data.
  static let split = OpSpec(
    "SPLIT", [.index, .activation],
    scale: .sameAsInputs, modes: .integer,
    versions: [
      .version(5, if: .float8Input(1)),
      .version(4, if: .input(1, .int16)),
      .version(3, if: .input(1, .int32)),
      .version(2, if: .input(1, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.14.0 3:1.14.0 4:2.3.0 5:2.23.0", kernel: .split,
    gradient: .moved)

  /// Data, sizes, axis.
  static let splitV = OpSpec(
    "SPLIT_V", [.activation, .index, .index],
    scale: .sameAsInputs, modes: .integer,
    versions: [.version(3, if: .float8Input(0))] + .int8(2),
    runtimes: "1:1.13.1 2:2.3.0 3:2.23.0", kernel: .splitV,
    gradient: .moved)

  /// Data, begin, size.
  static let slice = OpSpec(
    "SLICE", [.activation, .index, .index],
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(8, if: .input(0, .float16)),
      .version(7, if: .input(0, .int4)),
      .version(6, if: .input(0, .uint32)),
      .version(5, if: .rank(ofInput: 0, above: 4)),
      .version(4, if: .input(0, .int16)),
      .version(3, if: .input(0, .string)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:1.14.0 3:1.14.0 4:2.4.0 5:2.5.0 6:2.14.0 7:2.21.0 8:2.23.0",
    kernel: .slice,
    gradient: .slice)

  /// Data, begin, end, strides.
  static let stridedSlice = OpSpec(
    "STRIDED_SLICE", [.activation, .index, .index, .index],
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(8, if: .isSet(StridedSlice.offset)),
      .version(7, if: .input(0, .uint32)),
      .version(6, if: .option(StridedSlice.ellipsisMask, isNot: 0)),
      .version(6, if: .option(StridedSlice.newAxisMask, isNot: 0)),
      .version(5, if: .input(0, .string)),
      .version(4, if: .rank(ofInput: 0, above: 4)),
      .version(3, if: .input(0, .bool)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: """
      1:1.6.0 2:1.14.0 3:2.1.0 4:2.2.0 5:2.5.0 6:2.6.0 7:2.14.0 8:2.14.0
      """, reference: .upTo(4), kernel: .stridedSlice,
    gradient: .moved)

  /// Operand, update, start indices.
  static let dynamicUpdateSlice = OpSpec(
    "DYNAMIC_UPDATE_SLICE", [.activation, .activation, .index],
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(6, if: .input(0, .bfloat16)),
      .version(5, if: .input(0, .int4)),
      .version(4, if: .input(0, .int16)),
      .version(3, if: .input(0, .float16)),
      .version(2, if: .input(2, .int64)),
      .otherwise(1),
    ],
    runtimes: "1:2.9.0 2:2.17.0 3:2.19.0 4:2.20.0 5:2.21.0 6:2.22.0", kernel: .dynamicUpdateSlice,
    gradient: .moved)
}

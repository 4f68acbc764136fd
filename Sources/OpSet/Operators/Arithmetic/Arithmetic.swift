import TFLite

private let zeroDivisor = Trap(
  .integer, "a divisor that quantizes to its zero point fails at Invoke")

extension OpSpec {
  /// Values are shifted left by 20 bits in int8, by 15 bits in int16. 2 × input scale ÷ (2^shift ×
  /// output scale) must be below 1 where the kernel multiplies by a fraction alone, and 2^shift ×
  /// output scale must be finite.
  private static func shiftedSum(int16: Float?) -> RuntimeLimits {
    RuntimeLimits(
      output: .inputScale(int8: 0x1p-19, int16: int16), ceiling: (int8: 0x1p108, int16: 0x1p113))
  }

  static let add = OpSpec(
    "ADD", .activations,
    channels: .joins, scale: .free, modes: .all, values: .sum, limits: shiftedSum(int16: 0x1p-14),
    time: .elements(float: 0.1, int8: 0.14),
    versions: [
      .version(6, if: .input(0, .float16)),
      .version(5, if: .input(0, .int16), .noQuantization(ofAnyInput: 0..<1)),
      .version(4, if: .input(0, .int64)),
      .version(
        3, if: .input(0, .int16), .output(0, .int16), .isClear(AddOptions.potScaleInt16)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.14.0 3:2.4.0 4:2.6.0 5:2.13.0 6:2.23.0", reference: .upTo(5),
    fold: .sum,
    kernel: .arithmetic(
      .add, .add, [.int16, .int32, .int64], activation: AddOptions.activation,
      powerOfTwoScales: AddOptions.potScaleInt16),
    gradient: .add)

  static let sub = OpSpec(
    "SUB", .activations,
    channels: .joins, scale: .free, modes: .integer, values: .difference,
    limits: shiftedSum(int16: nil),
    time: .elements(float: 0.1, int8: 0.14),
    versions: [
      .version(
        5, if: .input(0, .int16), .output(0, .int16), .isClear(SubOptions.potScaleInt16)),
      .version(4, if: .input(0, .int64)),
      .version(3, if: .broadcastsAbove4D),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.6.0 2:1.14.0 3:2.3.0 4:2.4.0 5:2.4.0",
    kernel: .arithmetic(
      .subtract, .subtract, [.int32, .int64], activation: SubOptions.activation,
      powerOfTwoScales: SubOptions.potScaleInt16),
    gradient: .sub)

  static let mul = OpSpec(
    "MUL", .activations,
    channels: .joins, scale: .free, modes: .all, values: .product,
    time: .elements(float: 0.1, int8: 0.21),
    versions: [
      .version(8, if: .input(0, .float16)),
      .version(7, if: .input(0, .int16), .noQuantization(ofAnyInput: 0..<2)),
      .version(7, if: .input(0, .uint32)),
      .version(6, if: .input(0, .complex64)),
      .version(5, if: .input(0, .int64)),
      .version(4, if: .input(0, .int16)),
      .version(3, if: .rescalesByOneOrMore),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: """
      1:1.5.0 2:1.14.0 3:1.15.0 4:2.3.0 5:2.6.0 6:2.11.0 7:2.13.0 8:2.23.0
      """, reference: .upTo(7),
    fold: .product,
    kernel: .arithmetic(
      .multiply, .multiply, [.int16, .int32, .int64, .uint32], activation: MulOptions.activation),
    gradient: .mul)

  static let div = OpSpec(
    "DIV", .activations,
    channels: .joins, scale: .free, modes: .integer, values: .quotient,
    traps: [
      zeroDivisor,
      Trap(.int8, "small quotients shift by 32 bits or more, and the result is garbage on x86"),
      Trap(.int16x8, "the converter keeps it float"),
    ],
    integerLimit: .staysFloat(.integer, "small quotients and zero divisors have no defined result"),
    time: .elements(float: 0.1, int8: 32),
    versions: [.version(2, if: .broadcastsAbove4D), .otherwise(1)],
    runtimes: "1:1.6.0 2:2.3.0",
    kernels: [.since(2, 21, if: .input(0, .int8, .int16))],
    kernel: .arithmetic(.divide, .divide, [.int32], activation: DivOptions.activation),
    gradient: .div)

  static let squaredDifference = OpSpec(
    "SQUARED_DIFFERENCE", .activations,
    channels: .joins, scale: .free, modes: .int8,
    // (2 × scale)² ÷ (2^14 × output scale) must be below 1.
    limits: RuntimeLimits(output: .inputScaleSquared(int8: 0x1p-12)),
    time: .elements(float: 0.1, int8: 7.4),
    versions: .int8(2),
    runtimes: "1:1.13.1 2:2.5.0",
    kernel: .arithmetic(.squaredDifference, .squaredDifference, [.int32]),
    gradient: .squaredDifference)

  static let maximum = OpSpec(
    "MAXIMUM", .activations,
    channels: .joins, scale: .sameAsInputs, modes: .all, values: .greatest,
    traps: [.mismatchGoesUnnoticed],
    versions: extremum,
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0 4:2.3.0",
    fold: .maximum, kernel: .arithmetic(.maximum, .maximum, integers, isRaw: true),
    gradient: .maximum)

  static let minimum = OpSpec(
    "MINIMUM", .activations,
    channels: .joins, scale: .sameAsInputs, modes: .all, values: .least,
    traps: [.mismatchGoesUnnoticed],
    versions: extremum,
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0 4:2.3.0",
    fold: .minimum, kernel: .arithmetic(.minimum, .minimum, integers, isRaw: true),
    gradient: .minimum)

  private static let integers: [TensorType] = [.int8, .uint8, .int16, .int32, .int64]

  private static let extremum: [VersionRow] = [
    .version(4, if: .input(0, .int16), .output(0, .int16)),
    .version(3, if: .broadcastsAbove4D),
    .version(2, if: .input(0, .int8)),
    .otherwise(1),
  ]

  /// Integer kernels ignore scales.
  static let floorDiv = OpSpec(
    "FLOOR_DIV", .activations,
    versions: [
      .version(3, if: .input(0, .int16, .int8)),
      .version(2, if: .input(0, .float32)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:1.14.0 3:2.13.0",
    kernel: .floorDiv)

  /// Integer kernels ignore scales.
  static let floorMod = OpSpec(
    "FLOOR_MOD", .activations,
    versions: .int8OrInt16(2),
    runtimes: "1:1.13.0 2:2.13.0",
    kernel: .floorMod,
    gradient: .floorMod)

  static let addN = OpSpec(
    "ADD_N", .variadic(.activation),
    channels: .joins, runtimes: "1:1.14.0",
    kernel: .addN,
    gradient: .addN)

  static let pow = OpSpec(
    "POW", .activations,
    channels: .joins, runtimes: "1:1.10.0",
    kernel: .pow,
    gradient: .pow)

  static let atan2 = OpSpec(
    "ATAN2", .activations,
    runtimes: "1:2.10.0",
    kernel: .atan2,
    gradient: .atan2)
}

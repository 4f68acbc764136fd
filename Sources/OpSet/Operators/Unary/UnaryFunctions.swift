import TFLite

extension OpSpec {
  static let abs = OpSpec(
    "ABS", .activation,
    channels: .keeps, scale: .free, modes: .integer,
    time: .elements(float: 0.07, int8: 2.8),
    versions: [
      .version(5, if: .input(0, .int32)),
      .version(3, if: .input(0, .int16), .hasQuantization(ofAnyInput: 0..<1)),
      .version(4, if: .input(0, .int16)),
      .version(2, if: .input(0, .int8, .uint8)),
      .otherwise(1),
    ],
    runtimes: "1:1.13.0 2:2.4.0 3:2.5.0 4:2.6.0 5:2.12.0", reference: .upTo(3),
    kernel: .unary(.abs, others: [.int16, .int32]),
    gradient: .abs)

  static let exp = OpSpec(
    "EXP", .activation,
    channels: .keeps, scale: .free, modes: .integer,
    traps: [Trap(.int16x8, "interpolates; results are off by up to 8")],
    versions: .int8OrInt16(2),
    runtimes: "1:1.7.0 2:2.12.0",
    kernel: .unary(.exp, cost: 6),
    gradient: .exp)

  static let log = OpSpec(
    "LOG", .activation,
    channels: .keeps, scale: .free, modes: .integer,
    traps: [Trap(.int16x8, "interpolates; results are off by up to 8")],
    versions: .int8OrInt16(2),
    runtimes: "1:1.14.0 2:2.15.0",
    kernel: .unary(.log, cost: 6),
    gradient: .log)

  static let sqrt = OpSpec(
    "SQRT", .activation,
    channels: .keeps, scale: .free, modes: .integer, traps: [.negativeInputFails],
    integerLimit: .nonNegativeInput,
    time: .elements(float: 0.14, int8: 2.3),
    versions: .int8OrInt16(2),
    runtimes: "1:1.10.0 2:2.21.0",
    kernel: .unary(.sqrt, cost: 4),
    gradient: .sqrt)

  static let rsqrt = OpSpec(
    "RSQRT", .activation,
    channels: .keeps, scale: .free, modes: .integer,
    traps: [
      .negativeInputFails, Trap(.int16x8, "interpolates; results are off by up to 12"),
    ],
    integerLimit: .nonNegativeInput,
    time: .elements(float: 0.1, int8: 60),
    versions: .int16(3, int8: 2),
    runtimes: "1:1.10.0 2:2.5.0 3:2.15.0",
    kernel: .unary(.rsqrt, cost: 4),
    gradient: .rsqrt)

  static let square = OpSpec(
    "SQUARE", .activation,
    channels: .keeps, runtimes: "1:1.12.0",
    kernel: .unary(.square),
    gradient: .square)

  static let neg = OpSpec(
    "NEG", .activation, channels: .keeps, scale: .sameAsInputs, modes: .all, values: .negated,
    integerLimit: .zeroPointZero,
    runtimes: "1:1.9.0",
    kernels: [.since(2, 20, if: .input(0, .int8, .int16))],
    kernel: .unary(.neg, others: [.int8, .int16, .int32, .int64]),
    gradient: .neg)

  /// Integer kernels ignore scales.
  static let sign = OpSpec(
    "SIGN", .activation,
    channels: .keeps, versions: [.version(2, if: .input(0, .int32)), .otherwise(1)],
    runtimes: "1:2.11.0 2:2.12.0",
    kernel: .unary(.sign, others: [.int32, .float64]))

  static let sin = OpSpec(
    "SIN", .activation,
    channels: .keeps, modes: .float16, versions: .float16(2),
    runtimes: "1:1.9.0 2:2.23.0", reference: .upTo(1),
    kernel: .unary(.sin, cost: 8),
    gradient: .sin)

  static let cos = OpSpec(
    "COS", .activation,
    channels: .keeps, modes: .float16, versions: .float16(2),
    runtimes: "1:1.14.0 2:2.23.0", reference: .upTo(1),
    kernel: .unary(.cos, cost: 8),
    gradient: .cos)

  static let floor = OpSpec(
    "FLOOR", .activation, channels: .keeps, modes: .float16,
    runtimes: "1:1.9.0",
    kernel: .unary(.floor))

  static let ceil = OpSpec(
    "CEIL", .activation,
    channels: .keeps, runtimes: "1:1.14.0", reference: .absent,
    kernel: .unary(.ceil))

  static let round = OpSpec(
    "ROUND", .activation, channels: .keeps, modes: .float16,
    runtimes: "1:1.14.0", reference: .absent,
    kernel: .unary(.round))
}

extension Trap {
  fileprivate static let negativeInputFails = Trap(.integer, "a negative input fails at Invoke")
}

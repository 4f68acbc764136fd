import TFLite

extension OpSpec {
  static let averagePool2D = OpSpec(
    "AVERAGE_POOL_2D", .activation,
    channels: .keeps, scale: .sameAsInputs, modes: .integer, values: .all,
    traps: [.mismatchGoesUnnoticed],
    time: .elements(float: 0.2, int8: 2.5),
    versions: .int16Both(3, int8: 2),
    runtimes: "1:1.5.0 2:1.14.0 3:2.3.0", kernel: .averagePool2D,
    gradient: .averagePool2D)

  static let maxPool2D = OpSpec(
    "MAX_POOL_2D", .activation,
    channels: .keeps, scale: .sameAsInputs, modes: .integer, values: .greatest,
    traps: [.mismatchGoesUnnoticed],
    time: .elements(float: 0.2, int8: 0.07),
    versions: .int16Both(3, int8: 2),
    runtimes: "1:1.5.0 2:1.14.0 3:2.3.0", kernel: .maxPool2D,
    gradient: .maxPool2D)

  static let l2Pool2D = OpSpec(
    "L2_POOL_2D", .activation,
    channels: .keeps, runtimes: "1:1.5.0", kernel: .l2Pool2D,
    gradient: .l2Pool2D)

  /// Input, initial value, window, strides, dilations.
  static let reduceWindow = OpSpec(
    "REDUCE_WINDOW", [.activation, .parameter, .index, .index, .index],
    runtimes: "1:2.15.0", kernel: .reduceWindow)

  /// Operand, initial value.
  static let stablehloReduceWindow = OpSpec(
    "STABLEHLO_REDUCE_WINDOW", [.activation, .parameter], runtimes: "1:2.16.0",
    kernel: .stablehloReduceWindow)
}

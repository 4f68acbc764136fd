import TFLite

/// The StableHLO operators that have a kernel and run no other subgraph by name.
extension OpSpec {
  private static let integers: [TensorType] = [
    .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64,
  ]

  static let stablehloAdd = OpSpec(
    "STABLEHLO_ADD", .activations, runtimes: "1:2.16.0",
    kernel: .arithmetic(.add, .add, integers, isRaw: true, isStrict: true))

  static let stablehloMultiply = OpSpec(
    "STABLEHLO_MULTIPLY", .activations, runtimes: "1:2.16.0",
    kernel: .arithmetic(.multiply, .multiply, integers, isRaw: true, isStrict: true))

  static let stablehloMaximum = OpSpec(
    "STABLEHLO_MAXIMUM", .activations, runtimes: "1:2.16.0",
    kernel: .arithmetic(.maximum, .maximum, integers, isRaw: true, isStrict: true))

  static let stablehloMinimum = OpSpec(
    "STABLEHLO_MINIMUM", .activations, runtimes: "1:2.16.0",
    kernel: .arithmetic(.minimum, .minimum, integers, isRaw: true, isStrict: true))

  static let stablehloAnd = OpSpec(
    "STABLEHLO_AND", [.index, .index], runtimes: "1:2.17.0", reference: .absent,
    kernel: .bits(.and, integers + [.bool], isStrict: true))

  static let stablehloShiftLeft = OpSpec(
    "STABLEHLO_SHIFT_LEFT", [.index, .index], runtimes: "1:2.17.0", reference: .absent,
    kernel: .bits(.shiftLeft, integers, isStrict: true))

  /// Operand, indices, updates.
  static let stablehloScatter = OpSpec(
    "STABLEHLO_SCATTER", [.activation, .index, .activation], runtimes: "1:2.15.0",
    kernel: .stablehloScatter)

  static let stablehloGather = OpSpec(
    "STABLEHLO_GATHER", .activationAndIndex, runtimes: "1:2.16.0", kernel: .stablehloGather)

  /// Operand, padding value.
  static let stablehloPad = OpSpec(
    "STABLEHLO_PAD", [.activation, .parameter], runtimes: "1:2.16.0", kernel: .stablehloPad)

  /// Operand, initial value.
  static let stablehloReduceWindow = OpSpec(
    "STABLEHLO_REDUCE_WINDOW", [.activation, .parameter], runtimes: "1:2.16.0",
    kernel: .stablehloReduceWindow)

  static let stablehloRngBitGenerator = OpSpec(
    "STABLEHLO_RNG_BIT_GENERATOR", [.index], runtimes: "1:2.15.0")
}

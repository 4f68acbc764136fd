/// The StableHLO operators that have a kernel and run no other subgraph by name.
extension OpSpec {
  static let stablehloAdd = OpSpec("STABLEHLO_ADD", .activations, runtimes: "1:2.16.0")

  static let stablehloMultiply = OpSpec("STABLEHLO_MULTIPLY", .activations, runtimes: "1:2.16.0")

  static let stablehloMaximum = OpSpec("STABLEHLO_MAXIMUM", .activations, runtimes: "1:2.16.0")

  static let stablehloMinimum = OpSpec("STABLEHLO_MINIMUM", .activations, runtimes: "1:2.16.0")

  static let stablehloAnd = OpSpec(
    "STABLEHLO_AND", [.index, .index], runtimes: "1:2.17.0", reference: .absent)

  static let stablehloShiftLeft = OpSpec(
    "STABLEHLO_SHIFT_LEFT", [.index, .index], runtimes: "1:2.17.0", reference: .absent)

  /// Operand, indices, updates.
  static let stablehloScatter = OpSpec(
    "STABLEHLO_SCATTER", [.activation, .index, .activation], runtimes: "1:2.15.0")

  static let stablehloGather = OpSpec("STABLEHLO_GATHER", .activationAndIndex, runtimes: "1:2.16.0")

  /// Operand, padding value.
  static let stablehloPad = OpSpec(
    "STABLEHLO_PAD", [.activation, .parameter], runtimes: "1:2.16.0")

  /// Operand, initial value.
  static let stablehloReduceWindow = OpSpec(
    "STABLEHLO_REDUCE_WINDOW", [.activation, .parameter], runtimes: "1:2.16.0")

  static let stablehloRngBitGenerator = OpSpec(
    "STABLEHLO_RNG_BIT_GENERATOR", [.index], runtimes: "1:2.15.0")
}

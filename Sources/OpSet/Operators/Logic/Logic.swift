import TFLite

/// Operators on booleans and bits.
extension OpSpec {
  private static let integers: [TensorType] = [
    .int8, .uint8, .int16, .uint16, .int32, .uint32,
  ]

  static let logicalOr = OpSpec(
    "LOGICAL_OR", [.index, .index], runtimes: "1:1.11.0",
    fold: .any, kernel: .logicalOr)

  static let logicalAnd = OpSpec(
    "LOGICAL_AND", [.index, .index], runtimes: "1:1.11.0",
    fold: .all, kernel: .logicalAnd)

  static let logicalNot = OpSpec(
    "LOGICAL_NOT", [.index], runtimes: "1:1.11.0",
    kernel: .logicalNot)

  static let bitwiseXor = OpSpec(
    "BITWISE_XOR", [.index, .index], runtimes: "1:2.13.0",
    kernel: .bits(.exclusiveOr, integers + [.bool]))

  static let rightShift = OpSpec(
    "RIGHT_SHIFT", [.index, .index], runtimes: "1:2.13.0",
    kernel: .bits(.shiftRight, integers))

  private static let storedIntegers: [TensorType] = [
    .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64,
  ]

  static let stablehloAnd = OpSpec(
    "STABLEHLO_AND", [.index, .index], runtimes: "1:2.17.0", reference: .absent,
    fold: .all, kernel: .bits(.and, storedIntegers + [.bool], isStrict: true))

  static let stablehloShiftLeft = OpSpec(
    "STABLEHLO_SHIFT_LEFT", [.index, .index], runtimes: "1:2.17.0", reference: .absent,
    kernel: .bits(.shiftLeft, storedIntegers, isStrict: true))
}

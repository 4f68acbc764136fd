/// Operators on booleans and bits.
extension OpSpec {
  static let logicalOr = OpSpec("LOGICAL_OR", [.index, .index], runtimes: "1:1.11.0")

  static let logicalAnd = OpSpec("LOGICAL_AND", [.index, .index], runtimes: "1:1.11.0")

  static let logicalNot = OpSpec(
    "LOGICAL_NOT", [.index], runtimes: "1:1.11.0",
    kernel: .logicalNot)

  static let bitwiseXor = OpSpec("BITWISE_XOR", [.index, .index], runtimes: "1:2.13.0")

  static let rightShift = OpSpec("RIGHT_SHIFT", [.index, .index], runtimes: "1:2.13.0")
}

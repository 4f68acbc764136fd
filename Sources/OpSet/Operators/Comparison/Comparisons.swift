import TFLite

// Each operand has a scale of its own; the output is bool. For int16 only EQUAL and NOT_EQUAL
// rescale; the other four compare raw values (comparisons.cc of LiteRT).

extension OpSpec {
  static let equal = OpSpec(
    "EQUAL", .activations,
    modes: .all, versions: equality(int16: 5),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0 4:2.13.0 5:2.21.0",
    kernel: .comparison(.equal))

  static let notEqual = OpSpec(
    "NOT_EQUAL", .activations,
    modes: .all, versions: equality(int16: 4),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0 4:2.21.0",
    kernel: .comparison(.notEqual))

  private static func equality(int16: Int32) -> [VersionRow] {
    [
      .version(int16, if: .input(0, .int16)),
      .version(3, if: .input(0, .string)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ]
  }

  static let less = OpSpec(
    "LESS", .activations,
    modes: [.float16, .int8], versions: .int16(3, int8: 2),
    runtimes: "1:1.14.0 2:1.14.0 3:2.13.0",
    kernel: .comparison(.less))

  static let lessEqual = OpSpec(
    "LESS_EQUAL", .activations,
    modes: [.float16, .int8], versions: .int8(2),
    runtimes: "1:1.14.0 2:1.14.0",
    kernels: [.since(2, 21, if: .input(0, .int16))],
    kernel: .comparison(.lessEqual))

  static let greater = OpSpec(
    "GREATER", .activations,
    modes: [.float16, .int8], versions: .int8(2),
    runtimes: "1:1.14.0 2:1.14.0",
    kernels: [.since(2, 21, if: .input(0, .int16))],
    kernel: .comparison(.greater))

  static let greaterEqual = OpSpec(
    "GREATER_EQUAL", .activations,
    modes: [.float16, .int8], versions: .int16(3, int8: 2),
    runtimes: "1:1.14.0 2:1.14.0 3:2.13.0",
    kernel: .comparison(.greaterEqual))
}

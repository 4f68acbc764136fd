import TFLite

/// Operators that compute shapes and indices.
extension OpSpec {
  /// The kernel does not look at the values.
  static let shape = OpSpec(
    "SHAPE", .activation, modes: .all,
    runtimes: "1:1.10.0", kernel: .shape)

  /// The kernel does not look at the values.
  static let rank = OpSpec(
    "RANK", .activation, modes: .all,
    runtimes: "1:1.14.0", kernel: .rank)

  /// Start, limit, step.
  static let range = OpSpec(
    "RANGE", [.parameter, .parameter, .parameter],
    versions: [.version(2, if: .input(0, .int64)), .otherwise(1)],
    runtimes: "1:1.13.0 2:2.14.0", reference: .upTo(1),
    kernel: .range)

  static let broadcastArgs = OpSpec(
    "BROADCAST_ARGS", [.index, .index],
    runtimes: "1:2.6.0", kernel: .broadcastArgs)
}

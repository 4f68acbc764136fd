import TFLite

/// Operators that find or order elements.
extension OpSpec {
  static let argMax = OpSpec(
    "ARG_MAX", .activationAndIndex,
    modes: .int8, versions: argument,
    runtimes: "1:1.9.0 2:1.14.0 3:2.9.0", reference: .upTo(2), kernel: .argMax)

  static let argMin = OpSpec(
    "ARG_MIN", .activationAndIndex,
    modes: .int8, versions: argument,
    runtimes: "1:1.9.0 2:1.14.0 3:2.9.0", reference: .upTo(2), kernel: .argMin)

  private static let argument: [VersionRow] = [.version(3, if: .input(0, .bool))] + .int8(2)

  static let topKV2 = OpSpec(
    "TOPK_V2", .activationAndIndex,
    scale: .sameAsInputs, modes: .integer, values: .all,
    versions: [
      .version(3, if: .input(0, .int16)),
      .version(3, if: .input(1, .int16)),
      .version(3, if: .output(1, .int16)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.7.0 2:1.14.0 3:2.13.0", kernel: .topKV2,
    gradient: .topK)

  /// Condition, then, else. The version rows look at the condition.
  static let select = OpSpec(
    "SELECT", [.index, .activation, .activation],
    scale: .sameAsInputs, modes: .all,
    versions: [
      .version(4, if: .input(0, .uint32)),
      .version(3, if: .rank(ofAnyInput: 0..<3, is: 5)),
      .version(2, if: .input(0, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.14.0 2:1.14.0 3:2.12.0 4:2.12.0",
    kernel: .select,
    gradient: .select)

  static let selectV2 = OpSpec(
    "SELECT_V2", [.index, .activation, .activation],
    scale: .sameAsInputs, modes: .all,
    versions: [.version(2, if: .input(0, .uint32)), .otherwise(1)],
    runtimes: "1:2.2.0 2:2.12.0",
    kernel: .selectV2,
    gradient: .selectV2)

  static let `where` = OpSpec(
    "WHERE", .activation,
    versions: [.version(1, if: .input(0, .bool)), .otherwise(2)],
    runtimes: "1:1.14.0 2:2.8.0",
    kernel: .where)

  static let unique = OpSpec(
    "UNIQUE", .activation,
    runtimes: "1:1.14.0", kernel: .unique)

  static let bucketize = OpSpec(
    "BUCKETIZE", .activation,
    runtimes: "1:2.8.0", kernel: .bucketize)
}

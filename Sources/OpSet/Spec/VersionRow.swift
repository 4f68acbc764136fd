import TFLite

/// One row of an operator's version table: the version, if every condition holds.
package struct VersionRow: Sendable {
  package let version: Int32
  let conditions: [VersionCondition]

  /// The row applies to every signature.
  package var isUnconditional: Bool { conditions.isEmpty }

  func applies(to signature: OperatorSignature) -> Bool {
    conditions.allSatisfy { $0.holds(signature) }
  }

  static func version(_ version: Int32, if conditions: VersionCondition...) -> Self {
    Self(version: version, conditions: conditions)
  }

  static func otherwise(_ version: Int32) -> Self { Self(version: version, conditions: []) }
}

/// Rows that several operators share.
extension [VersionRow] {
  static let always1: Self = [.otherwise(1)]

  static func int8(_ version: Int32) -> Self {
    [.version(version, if: .input(0, .int8)), .otherwise(1)]
  }

  static func int16(_ int16: Int32, int8: Int32) -> Self {
    [.version(int16, if: .input(0, .int16))] + .int8(int8)
  }

  /// The output must be int16 too.
  static func int16Both(_ int16: Int32, int8: Int32) -> Self {
    [.version(int16, if: .input(0, .int16), .output(0, .int16))] + .int8(int8)
  }

  static func int8OrInt16(_ version: Int32) -> Self {
    [.version(version, if: .input(0, .int8, .int16)), .otherwise(1)]
  }

  static func float16(_ version: Int32) -> Self {
    [.version(version, if: .input(0, .float16)), .otherwise(1)]
  }

  /// Int8 weights under float activations, told by input 1 and the output.
  static func hybrid(_ version: Int32, asymmetric: Int32, _ key: OptionKey<Bool>) -> Self {
    [
      .version(asymmetric, if: .input(1, .int8), .output(0, .float32), .isSet(key)),
      .version(version, if: .input(1, .int8), .output(0, .float32)),
      .otherwise(1),
    ]
  }
}

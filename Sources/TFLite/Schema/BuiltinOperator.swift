/// A builtin operator's code; unknown codes survive.
package struct BuiltinOperator: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package var rawValue: Int32
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// Returns nil for a name that the schema does not have.
  package init?(named name: String) {
    guard let code = Self.codes[name] else { return nil }
    rawValue = code
  }

  private static let codes = Dictionary(
    uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })

  package var description: String {
    Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "BUILTIN_\(rawValue)"
  }

  /// Whether the operator's only work on a constant is to decode it.
  package var isDecoder: Bool { self == .dequantize || self == .densify }

  package static let all = names.indices.map { BuiltinOperator(rawValue: Int32($0)) }

  package static let conv2D = Self(rawValue: 3)
  package static let depthwiseConv2D = Self(rawValue: 4)
  package static let dequantize = Self(rawValue: 6)
  package static let fullyConnected = Self(rawValue: 9)
  package static let logistic = Self(rawValue: 14)
  package static let relu = Self(rawValue: 19)
  package static let reluN1To1 = Self(rawValue: 20)
  package static let relu6 = Self(rawValue: 21)
  package static let softmax = Self(rawValue: 25)
  package static let tanh = Self(rawValue: 28)
  package static let custom = Self(rawValue: 32)
  package static let logSoftmax = Self(rawValue: 50)
  package static let gather = Self(rawValue: 36)
  package static let transposeConv = Self(rawValue: 67)
  package static let quantize = Self(rawValue: 114)
  package static let densify = Self(rawValue: 124)
  /// `deprecated_builtin_code` of every operator above 126.
  package static let placeholder = Self(rawValue: 127)
  package static let conv3D = Self(rawValue: 132)
}

/// A builtin operator's code; unknown codes survive.
public struct BuiltinOperator: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Nil for a name that the schema does not have.
  public init?(named name: String) {
    guard let code = Self.codes[name] else { return nil }
    rawValue = code
  }

  private static let codes = Dictionary(
    uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })

  public var description: String {
    Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : "BUILTIN_\(rawValue)"
  }

  /// Whether the operator's only work on a constant is to decode it.
  public var isDecoder: Bool { self == .dequantize || self == .densify }

  public static let all = names.indices.map { BuiltinOperator(rawValue: Int32($0)) }

  public static let conv2D = Self(rawValue: 3)
  public static let depthwiseConv2D = Self(rawValue: 4)
  public static let dequantize = Self(rawValue: 6)
  public static let embeddingLookup = Self(rawValue: 7)
  public static let fullyConnected = Self(rawValue: 9)
  public static let softmax = Self(rawValue: 25)
  public static let custom = Self(rawValue: 32)
  public static let gather = Self(rawValue: 36)
  public static let logSoftmax = Self(rawValue: 50)
  public static let transposeConv = Self(rawValue: 67)
  public static let quantize = Self(rawValue: 114)
  public static let densify = Self(rawValue: 124)
  public static let batchMatMul = Self(rawValue: 126)
  /// `deprecated_builtin_code` of every operator above 126.
  public static let placeholder = Self(rawValue: 127)
  public static let conv3D = Self(rawValue: 132)
}

/// The element type of a byte stream, as far as counting zeros and equal elements depends on it.
package enum ElementKind: Hashable, Sendable {
  /// Signed or unsigned integers of 1, 2, 4 or 8 bytes.
  case integer(bytes: Int)
  /// Little-endian IEEE numbers, or bfloat16, whose zeros look the same.
  case float16
  case float32
  case float64

  var byteCount: Int {
    switch self {
    case .integer(let bytes): bytes
    case .float16: 2
    case .float32: 4
    case .float64: 8
    }
  }

  /// Clears the bits that two zeros may differ in.
  var zeroMask: UInt64 {
    switch self {
    case .integer: .max
    case .float16: 0x7FFF
    case .float32: 0x7FFF_FFFF
    case .float64: 0x7FFF_FFFF_FFFF_FFFF
    }
  }
}

import TFLite

/// Looks for NaN and infinity: floats whose exponent has all bits set.
enum FiniteCheck {
  /// Returns the index of the first element that is not finite, or nil; integers are always finite.
  static func firstNotFinite(in array: DenseArray) -> Int? {
    switch array.type {
    case .float16: first(array.bytes, UInt16(0x7C00))
    case .bfloat16: first(array.bytes, UInt16(0x7F80))
    case .float32: first(array.bytes, UInt32(0x7F80_0000))
    case .float64: first(array.bytes, UInt64(0x7FF0_0000_0000_0000))
    case .complex64: first(array.bytes, UInt32(0x7F80_0000)).map { $0 / 2 }
    case .complex128: first(array.bytes, UInt64(0x7FF0_0000_0000_0000)).map { $0 / 2 }
    default: nil
    }
  }

  private static func first<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: [UInt8], _ exponent: Bits
  ) -> Int? {
    bytes.withUnsafeBytes { bytes in
      let size = MemoryLayout<Bits>.size
      return (0..<bytes.count / size).first {
        let bits = bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self)
        return Bits(littleEndian: bits) & exponent == exponent
      }
    }
  }
}

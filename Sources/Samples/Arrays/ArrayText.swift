import TFLite

/// The elements of an array as text, so that numbers read back are the same.
package enum ArrayText {
  /// Returns the elements in row-major order; booleans are 0 and 1. Throws for types without a text.
  package static func elements(of array: DenseArray) throws(SampleFault) -> [String] {
    let bytes = array.bytes
    switch array.type {
    case .string:
      guard let strings = PackedText.unpack(bytes) else { throw .badText }
      return strings.map { String(decoding: $0, as: UTF8.self) }
    case .bool, .uint8: return texts(bytes) { (value: UInt8) in value.description }
    case .int8: return texts(bytes) { (value: Int8) in value.description }
    case .uint16: return texts(bytes) { (value: UInt16) in value.description }
    case .int16: return texts(bytes) { (value: Int16) in value.description }
    case .uint32: return texts(bytes) { (value: UInt32) in value.description }
    case .int32: return texts(bytes) { (value: Int32) in value.description }
    case .uint64: return texts(bytes) { (value: UInt64) in value.description }
    case .int64: return texts(bytes) { (value: Int64) in value.description }
    case .float32: return texts(bytes) { (value: Float) in value.description }
    case .float64: return texts(bytes) { (value: Double) in value.description }
    case .float16: return texts(Cast.widened(bytes)) { (value: Float) in value.description }
    default: throw .unwritableText(array.type)
    }
  }

  private static func texts<T: BitwiseCopyable>(
    _ bytes: [UInt8], _ text: (T) -> String
  ) -> [String] {
    let size = MemoryLayout<T>.size
    return bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        text(bytes.loadUnaligned(fromByteOffset: $0 * size, as: T.self))
      }
    }
  }
}

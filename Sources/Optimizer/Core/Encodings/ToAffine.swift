import TFLite

/// float32 → integers with one scale and zero point, rounded half away from zero and limited to the
/// type's range.
struct ToAffine: TensorTransform {
  let encoding: Affine

  init(_ encoding: Affine) { self.encoding = encoding }

  private var width: Int { encoding.type == .int16 ? 2 : 1 }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let count = output.count / width
    let start = offset / width
    try source.withBytes(in: start * 4..<(start + count) * 4) { bytes in
      for index in 0..<count {
        let value = bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
        let level = encoding.level(of: value)
        switch encoding.type {
        case .int16:
          output.storeBytes(of: Int16(level), toByteOffset: index * 2, as: Int16.self)
        case .uint8:
          output.storeBytes(of: UInt8(level), toByteOffset: index, as: UInt8.self)
        default:
          output.storeBytes(of: Int8(level), toByteOffset: index, as: Int8.self)
        }
      }
    }
  }
}

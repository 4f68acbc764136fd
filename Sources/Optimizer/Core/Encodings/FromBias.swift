import TFLite

/// Quantized integers of 32 or 64 bits → float32, for biases: one scale, or one for each element.
struct FromBias: TensorTransform {
  let type: TensorType
  let scales: [Float]

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let width = type == .int64 ? 8 : 4
    let first = offset / 4
    let count = output.count / 4
    try source.withBytes(in: first * width..<(first + count) * width) { bytes in
      for index in 0..<count {
        let level =
          width == 8
          ? bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
          : Int64(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
        let scale = scales.count == 1 ? scales[0] : scales[first + index]
        output.storeBytes(
          of: Float(Double(level) * Double(scale)), toByteOffset: index * 4, as: Float.self)
      }
    }
  }
}

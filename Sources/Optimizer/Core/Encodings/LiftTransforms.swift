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

/// Quantized integers of two or four bits, packed from the least significant bits on → float32.
struct FromPacked: TensorTransform {
  private let bits: Int
  private let scales: [Float]
  private let zeroPoints: [Int64]
  private let layout: ChannelLayout

  /// Nil for other types, and for parameters that do not fit the shape.
  init?(_ tensor: Tensor) {
    guard [.int4, .int2].contains(tensor.type), let bits = tensor.type.bits,
      let quantization = tensor.quantization, quantization.details == nil,
      let scales = quantization.scale, !scales.isEmpty
    else { return nil }
    let zeroPoints = quantization.zeroPoint ?? [Int64](repeating: 0, count: scales.count)
    let layout =
      scales.count == 1
      ? .perTensor
      : ChannelLayout(shape: tensor.shape ?? [], axis: Int(quantization.quantizedDimension))
    guard zeroPoints.count == scales.count, let layout, layout.channels == scales.count else {
      return nil
    }
    self.bits = bits
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.layout = layout
  }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let first = offset / 4
    let count = output.count / 4
    let start = first * bits / 8
    try source.withBytes(in: start..<((first + count) * bits + 7) / 8) { bytes in
      for index in 0..<count {
        let place = (first + index) * bits
        let shifted = Int8(bitPattern: bytes[place / 8 - start] << UInt8(8 - bits - place % 8))
        let level = Int64(shifted >> Int8(8 - bits))
        let channel = (first + index) / layout.inner % layout.channels
        let value = scales[channel] * Float(level &- zeroPoints[channel])
        output.storeBytes(of: value, toByteOffset: index * 4, as: Float.self)
      }
    }
  }
}

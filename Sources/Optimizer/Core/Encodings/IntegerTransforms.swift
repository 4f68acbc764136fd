import Kernels
import TFLite

/// float32 → int8, symmetric: the largest magnitude of each channel becomes 127.
struct ToInt8: TensorTransform {
  let magnitudes: [Float]
  let layout: ChannelLayout
  /// The integers of the weight's codebook, if it has one.
  let levels: IntegerLevels?

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let target = output.baseAddress else { return }
    try source.withBytes(in: offset * 4..<(offset + output.count) * 4) { bytes in
      guard let values = bytes.baseAddress else { return }
      magnitudes.withUnsafeBufferPointer { magnitudes in
        guard let first = magnitudes.baseAddress else { return }
        layout.forEachRun(in: offset..<offset + output.count) { start, count, channel in
          let from = values + (start - offset) * 4
          let to = target + (start - offset)
          if layout.isInnermost {
            QuantizeKernels.toInt8(from, to, count: count, magnitudes: first + channel)
          } else {
            QuantizeKernels.toInt8(from, to, count: count, magnitude: magnitudes[channel])
          }
        }
      }
    }
    guard let levels else { return }
    let integers = output.assumingMemoryBound(to: Int8.self)
    levels.nearest.withUnsafeBufferPointer { nearest in
      for index in integers.indices { integers[index] = nearest[Int(integers[index]) &+ 128] }
    }
  }
}

/// Quantized integers → float32 as the DEQUANTIZE kernel computes them.
struct FromIntegers: TensorTransform {
  let type: TensorType
  let scales: [Float]
  let zeroPoints: [Int32]
  let layout: ChannelLayout

  /// Nil for a type or parameters that DEQUANTIZE does not take.
  init?(_ tensor: Tensor) {
    guard [.int8, .uint8, .int16].contains(tensor.type), let quantization = tensor.quantization,
      quantization.details == nil, let scales = quantization.scale, !scales.isEmpty
    else { return nil }
    let zeroPoints = quantization.zeroPoint ?? [Int64](repeating: 0, count: scales.count)
    guard zeroPoints.count == scales.count,
      let layout = scales.count == 1
        ? .perTensor
        : ChannelLayout(
          shape: tensor.shape ?? [], axis: Int(quantization.quantizedDimension)),
      layout.channels == scales.count
    else { return nil }
    type = tensor.type
    self.scales = scales
    self.zeroPoints = zeroPoints.map { Int32(truncatingIfNeeded: $0) }
    self.layout = layout
  }

  private var width: Int { type == .int16 ? 2 : 1 }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let target = output.baseAddress else { return }
    let elements = offset / 4..<(offset + output.count) / 4
    try source.withBytes(in: elements.lowerBound * width..<elements.upperBound * width) { bytes in
      guard let stored = bytes.baseAddress else { return }
      layout.forEachRun(in: elements) { start, count, channel in
        // Along an innermost axis every element has a channel of its own.
        for part in 0..<(layout.isInnermost ? count : 1) {
          let at = start - elements.lowerBound + part
          convert(
            stored + at * width, target + at * 4, count: layout.isInnermost ? 1 : count,
            channel: channel + part)
        }
      }
    }
  }

  private func convert(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int, channel: Int
  ) {
    Self.convert(
      source, as: type, target, count: count, scale: scales[channel],
      zeroPoint: zeroPoints[channel])
  }

  /// One scale and zero point; `type` is int8, uint8 or int16.
  static func convert(
    _ source: UnsafeRawPointer, as type: TensorType, _ target: UnsafeMutableRawPointer,
    count: Int, scale: Float, zeroPoint: Int32
  ) {
    switch type {
    case .int8:
      QuantizeKernels.fromIntegers(
        source, as: Int8.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    case .uint8:
      QuantizeKernels.fromIntegers(
        source, as: UInt8.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    default:
      QuantizeKernels.fromIntegers(
        source, as: Int16.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    }
  }
}

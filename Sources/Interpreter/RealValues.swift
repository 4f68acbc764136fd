import OpSet
import TFLite

extension Value {
  /// The real numbers of the value: quantized integers times their scale, other numbers unchanged.
  /// Nil for strings, resources and complex numbers.
  package var reals: [Float]? {
    if type == .float32 { return Array(UnsafeBufferPointer(start: floats, count: count)) }
    if type == .float16 {
      return (0..<count).map {
        Float(halfBits: base.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
      }
    }
    if type == .float64 {
      return (0..<count).map {
        Float(base.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self))
      }
    }
    guard let quantization = tensor.quantization, let scales = quantization.scale, !scales.isEmpty
    else { return reals { Float($1) } }
    let zeroPoints = quantization.zeroPoint ?? []
    let axis = Int(quantization.quantizedDimension)
    let inner = shape.indices.contains(axis) ? shape[(axis + 1)...].reduce(1, *) : 1
    if scales.count == 1 {
      let (zero, scale) = (Int(zeroPoints.first ?? 0), scales[0])
      return reals { Float($1 &- zero) * scale }
    }
    return reals { index, q in
      let channel = index / max(inner, 1) % scales.count
      let zero = zeroPoints.isEmpty ? 0 : zeroPoints[zeroPoints.count == 1 ? 0 : channel]
      return Float(q &- Int(zero)) * scales[channel]
    }
  }
}

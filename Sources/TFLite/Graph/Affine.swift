/// How a tensor with one scale is stored as integers: real = scale × (q − zero point).
package struct Affine: Hashable, Sendable {
  package let type: TensorType
  package let scale: Float
  package let zeroPoint: Int32

  package init(type: TensorType, scale: Float, zeroPoint: Int32) {
    self.type = type
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Returns asymmetric int8 parameters for a range, which is widened to contain zero. The zero
  /// point is rounded as in the official converter: from the end of the range at which it is more
  /// exact.
  package static func int8(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    let scale = Double(Float((high - low) / 255))
    let fromLow = -128 - low / scale
    let fromHigh = 127 - high / scale
    let isLowBetter = 128 + abs(low / scale) < 127 + abs(high / scale)
    let zero = max(-128, min(127, isLowBetter ? fromLow : fromHigh))
    return Self(
      type: .int8, scale: Float(scale), zeroPoint: Int32(zero.rounded(.toNearestOrAwayFromZero)))
  }

  /// Returns int8 parameters with zero point 0.
  package static func symmetricInt8(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    return Self(type: .int8, scale: Float(max(-low, high) / 127), zeroPoint: 0)
  }

  package static func int16(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    return Self(type: .int16, scale: Float(max(-low, high) / 32767), zeroPoint: 0)
  }

  /// Returns a range that contains zero and is not so narrow that the scale would vanish.
  private static func widened(_ range: ClosedRange<Float>) -> (low: Double, high: Double) {
    let low = min(0, Double(range.lowerBound))
    let high = max(0, Double(range.upperBound))
    return high - low < 1e-6 ? (low, low + 1e-6) : (low, high)
  }

  /// The least and the greatest integer.
  package var levels: ClosedRange<Int32> { type.levels }

  /// The integers less the zero point.
  package var steps: ClosedRange<Float> {
    let zero = Double(zeroPoint)
    return Float(Double(levels.lowerBound) - zero)...Float(Double(levels.upperBound) - zero)
  }

  /// The reals that the integers span.
  package var range: ClosedRange<Float> {
    let low = steps.lowerBound * scale
    return low...max(low, steps.upperBound * scale)
  }

  package var quantization: Quantization {
    var quantization = Quantization()
    quantization.scale = [scale]
    quantization.zeroPoint = [Int64(zeroPoint)]
    return quantization
  }

  /// The same values as uint8.
  package var asUInt8: Self { Self(type: .uint8, scale: scale, zeroPoint: zeroPoint &+ 128) }

  /// Returns nil if the tensor is not stored like an activation.
  package init?(_ tensor: Tensor) {
    guard tensor.type.isNarrowInteger, let scale = tensor.quantization?.scale, scale.count == 1,
      let zeroPoint = Int32(exactly: tensor.quantization?.zeroPoint?.first ?? 0)
    else { return nil }
    self.init(type: tensor.type, scale: scale[0], zeroPoint: zeroPoint)
  }

  /// Returns the same levels in another type of the same width.
  package func moved(to type: TensorType) -> Self? {
    if type == self.type { return self }
    guard self.type == .uint8, type == .int8 else { return nil }
    return Self(type: .int8, scale: scale, zeroPoint: zeroPoint &- 128)
  }

  /// Whether the runtime has a kernel that converts directly.
  package func isRequantized(to other: Self) -> Bool {
    (type == .int16) == (other.type == .int16) || type == .int16 && other.type == .int8
  }

  /// Returns the integer for a real value; zero for NaN.
  package func level(of value: Float) -> Int32 {
    let steps = (Double(value) / Double(scale)).rounded(.toNearestOrAwayFromZero)
    guard !steps.isNaN else { return zeroPoint }
    let least = Double(levels.lowerBound) - Double(zeroPoint)
    let most = Double(levels.upperBound) - Double(zeroPoint)
    return Int32(max(least, min(most, steps)) + Double(zeroPoint))
  }
}

extension TensorType {
  /// Integers that activations are stored as.
  package var isNarrowInteger: Bool { self == .int8 || self == .uint8 || self == .int16 }

  /// The least and the greatest of them.
  package var levels: ClosedRange<Int32> {
    switch self {
    case .int16: -32768...32767
    case .uint8: 0...255
    default: -128...127
    }
  }
}

import OpSet
import TFLite

/// How an activation is stored as integers: real = scale × (q − zero point).
public struct AffineEncoding: Hashable, Sendable {
  public let type: TensorType
  public let scale: Float
  public let zeroPoint: Int

  public init(type: TensorType, scale: Float, zeroPoint: Int) {
    self.type = type
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  init(_ fixed: QuantizedRange, _ type: TensorType) {
    self.init(type: type, scale: fixed.scale, zeroPoint: fixed.zeroPoint)
  }

  /// Asymmetric int8 over a range that is widened to contain zero, as the official converter
  /// rounds the zero point: from the end where that is more exact.
  static func int8(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    let scale = Double(Float((high - low) / 255))
    let fromLow = -128 - low / scale
    let fromHigh = 127 - high / scale
    let isLowBetter = 128 + abs(low / scale) < 127 + abs(high / scale)
    let zero = max(-128, min(127, isLowBetter ? fromLow : fromHigh))
    return Self(
      type: .int8, scale: Float(scale), zeroPoint: Int(zero.rounded(.toNearestOrAwayFromZero)))
  }

  /// Zero point 0.
  static func symmetricInt8(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    return Self(type: .int8, scale: Float(max(-low, high) / 127), zeroPoint: 0)
  }

  static func int16(_ range: ClosedRange<Float>) -> Self {
    let (low, high) = widened(range)
    return Self(type: .int16, scale: Float(max(-low, high) / 32767), zeroPoint: 0)
  }

  /// Contains zero, and is not so narrow that the scale would vanish.
  private static func widened(_ range: ClosedRange<Float>) -> (low: Double, high: Double) {
    let low = min(0, Double(range.lowerBound))
    let high = max(0, Double(range.upperBound))
    return high - low < 1e-6 ? (low, low + 1e-6) : (low, high)
  }

  /// The least and the greatest integer.
  var levels: ClosedRange<Int> {
    switch type {
    case .int16: -32768...32767
    case .uint8: 0...255
    default: -128...127
    }
  }

  /// The reals that the integers span.
  public var range: ClosedRange<Float> {
    let low = Float(levels.lowerBound - zeroPoint) * scale
    return low...max(low, Float(levels.upperBound - zeroPoint) * scale)
  }

  var quantization: Quantization {
    var quantization = Quantization()
    quantization.scale = [scale]
    quantization.zeroPoint = [Int64(zeroPoint)]
    return quantization
  }

  /// The same integers moved to uint8.
  var asUInt8: Self { Self(type: .uint8, scale: scale, zeroPoint: zeroPoint + 128) }
}

/// A scale and zero point that a kernel insists on.
public struct QuantizedRange: Hashable, Sendable {
  public let scale: Float
  public let zeroPoint: Int

  init(_ scale: Float, _ zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

/// A scale and zero point that a kernel insists on.
package struct QuantizedRange: Hashable, Sendable {
  package let scale: Float
  package let zeroPoint: Int

  init(_ scale: Float, _ zeroPoint: Int) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }
}

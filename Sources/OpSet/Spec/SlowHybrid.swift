import TFLite

/// Where a kernel with int8 weights takes longer than the float operator on LiteRT's default path:
/// XNNPACK runs the float one alone. `Tools/hybrid_speed.py` prints times by operator and shape.
///
/// Weights behind DEQUANTIZE cost no time then, since they are decoded once, and no activation is
/// rounded. Operators without such a rule take 0.23–0.95 of float's time. Lookups take 3–8 times as
/// long, but read a few rows of a table that would be decoded whole.
package enum SlowHybrid: Sendable {
  /// XNNPACK has no such kernel: 2.1–7.4 times float's with so many taps and one filter a channel.
  /// With more of either it has no float kernel, and the ratio is 0.2–0.65.
  case depthwise(mostTaps: Int)
  /// XNNPACK has a kernel, at a quarter of float's time, for a constant output shape and bias and an
  /// activation that clamps; else it takes 13 times float's.
  case outsideXNNPACK(shape: Int, bias: Int, activation: OptionKey<Int8>)

  /// `shapes` are those of the inputs; `isConstant` tells it of each input.
  package func applies(
    to entry: Operator, shapes: [[Int32]?], isConstant: (Int) -> Bool
  ) -> Bool {
    switch self {
    case .depthwise(let most):
      guard shapes.count > 1, let image = shapes[0]?.last, let filter = shapes[1],
        filter.count == 4, filter[3] == image
      else { return false }
      return filter[1] * filter[2] <= most
    case .outsideXNNPACK(let shape, let bias, let activation):
      let hasBias = shapes.indices.contains(bias) && shapes[bias] != nil
      return !isConstant(shape) || hasBias && !isConstant(bias)
        || (entry.builtinOptions?[activation] ?? 0) > 3
    }
  }
}

import TFLite

/// Where a kernel with int8 weights is slower than the float operator on LiteRT's default path,
/// because XNNPACK runs only the float one. `Tools/hybrid_speed.py` prints times by operator and
/// shape.
///
/// There, weights behind DEQUANTIZE cost no time, since they are decoded once, and no activation is
/// rounded. Operators without such a rule take 0.23–0.95 of float's time. Lookups take 3–8 times as
/// long, but read a few rows of a table that would be decoded whole.
package enum SlowHybrid: Sendable {
  /// XNNPACK has no such kernel: it takes 2.1–7.4 times float's time up to this number of taps with
  /// one filter per channel. With more of either there is no float kernel in XNNPACK, and the ratio
  /// is 0.2–0.65.
  case depthwise(mostTaps: Int)
  /// XNNPACK's kernel takes a quarter of float's time, for a constant output shape and bias and an
  /// activation that clamps. Otherwise the operator takes 13 times float's time.
  case outsideXNNPACK(shape: Int, bias: Int, activation: OptionKey<Int8>)

  /// `shapes` are those of the inputs; `isConstant` tells which inputs are constant.
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

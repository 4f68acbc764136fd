import TFLite

/// Functions of int8 levels as TensorFlow Lite Micro computes them.
extension QuantizedFunction {
  /// LOGISTIC and TANH of a value with four integer bits; the result has none, and `shift` bits more
  /// than the level. The output's own scale is not asked for.
  func fixedPoint(shift: Int, zeroPoint: Int32, _ function: @escaping (Int32) -> Int32) -> Levels {
    let multiplier = QuantizedMultiplier(Double(x.scale) * 0x1p27)
    let rescale = Rescaler(multiplier)
    let radius = Int32((15 << 27) >> max(0, multiplier.shift))
    return { [x, range] in
      let value = x.difference($0)
      if value <= 0 &- radius { return range.lowerBound }
      if value >= radius { return range.upperBound }
      return (function(rescale(value)).roundedShift(right: shift) &+ zeroPoint).clamped(range)
    }
  }

  /// RELU6 without rescaling: the output's levels are the input's.
  func clamped(to high: Float) -> Levels {
    let greatest = min(range.upperBound, Int32((high / x.scale).rounded()) &+ x.zeroPoint)
    return { [x] in min(greatest, max(x.zeroPoint, $0)) }
  }
}

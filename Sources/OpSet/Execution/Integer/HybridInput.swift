/// Quantizes activations as the runtime's hybrid kernels do before they meet int8 weights.
///
/// The integers, less the zero point, stay floats: their products with int8 weights add up exactly
/// below 2^24, so the float kernels compute what integer ones would.
enum HybridInput {
  /// Rounds `count` floats to int8 with one scale, and returns the scale; `output` may be `input`.
  static func round(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
    isAsymmetric: Bool
  ) -> Float {
    var low: Float = 0
    var high: Float = 0
    for index in 0..<count {
      low = min(low, input[index])
      high = max(high, input[index])
    }
    return isAsymmetric
      ? roundAsymmetric(input, output, count, low, high)
      : roundSymmetric(input, output, count, max(-low, high))
  }

  private static func roundSymmetric(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
    _ greatest: Float
  ) -> Float {
    guard greatest > 0 else {
      output.update(repeating: 0, count: count)
      return 1
    }
    let scale = greatest / 127
    let inverse = 127 / greatest
    for index in 0..<count {
      let q = (input[index] * inverse).rounded(.toNearestOrAwayFromZero)
      output[index] = max(-127, min(127, q))
    }
    return scale
  }

  private static func roundAsymmetric(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
    _ low: Float, _ high: Float
  ) -> Float {
    guard low != high else {
      output.update(repeating: 0, count: count)
      return 1
    }
    let (rmin, rmax) = (Double(low), Double(high))
    let scale = (rmax - rmin) / 255
    let fromMin = -128 - rmin / scale
    let fromMax = 127 - rmax / scale
    let minError = 128 + abs(rmin / scale)
    let maxError = 127 + abs(rmax / scale)
    let best = minError < maxError ? fromMin : fromMax
    let zeroPoint =
      best <= -128
      ? -128 : best >= 127 ? 127 : Float(best.rounded(.toNearestOrAwayFromZero))
    let inverse = Float(1 / Float(scale))
    for index in 0..<count {
      // Rounded before the zero point is added: ties depend on it (measured on LiteRT 2.3).
      let q = zeroPoint + (input[index] * inverse).rounded(.toNearestOrAwayFromZero)
      output[index] = max(-128, min(127, q)) - zeroPoint
    }
    return Float(scale)
  }
}

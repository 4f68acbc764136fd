import TFLite

extension GradientStep {
  /// Turns the gradient of the output into that of the value before the fused activation.
  func undo(_ activation: OptionKey<Int8>) throws {
    let code = options?[activation] ?? 0
    guard code != 0 else { return }
    let fused = try FusedActivation(code: Int(code))
    let output = try output()
    let (values, gradient) = (output.floats, outputGradient)
    switch fused.function {
    case nil:
      Self.clear(gradient, output.count, where: values, areOutside: fused.low, fused.high)
    case .tanh:
      for index in 0..<output.count { gradient[index] *= 1 - values[index] * values[index] }
    default:
      gradient.update(repeating: 0, count: output.count)
    }
  }

  private static func clear(
    _ gradient: UnsafeMutablePointer<Float>, _ count: Int, where values: UnsafePointer<Float>,
    areOutside low: Float, _ high: Float
  ) {
    let (source, target) = (UnsafeRawPointer(values), UnsafeMutableRawPointer(gradient))
    let (lows, highs) = (SIMD8(repeating: low), SIMD8(repeating: high))
    var index = 0
    while index &+ 8 <= count {
      let x = source.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
      var kept = target.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
      kept.replace(with: 0, where: (x .<= lows) .| (x .>= highs))
      target.storeBytes(of: kept, toByteOffset: index &* 4, as: SIMD8<Float>.self)
      index &+= 8
    }
    while index < count {
      if values[index] <= low || values[index] >= high { gradient[index] = 0 }
      index &+= 1
    }
  }
}

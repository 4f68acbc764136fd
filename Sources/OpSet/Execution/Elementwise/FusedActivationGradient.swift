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
      let (low, high) = (fused.low, fused.high)
      for index in 0..<output.count {
        gradient[index] = values[index] > low && values[index] < high ? gradient[index] : 0
      }
    case .tanh:
      for index in 0..<output.count { gradient[index] *= 1 - values[index] * values[index] }
    default:
      gradient.update(repeating: 0, count: output.count)
    }
  }
}

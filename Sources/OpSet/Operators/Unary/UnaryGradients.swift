import TFLite

extension OpGradient {
  /// Returns the gradient of clamping: 1 inside, 0 outside.
  static func clamp(_ low: Float, _ high: Float) -> OpGradient {
    unary { x, _ in x > low && x < high ? 1 : 0 }
  }

  static let leakyRelu = OpGradient { step in
    let alpha = step.options?[LeakyRelu.alpha] ?? 0
    guard case .computed(let body) = unary({ x, _ in x < 0 ? alpha : 1 }).way else { return }
    try body(step)
  }

  static let logistic = unary { _, y in y * (1 - y) }
  static let tanh = unary { _, y in 1 - y * y }
  static let hardSwish = unary { x, _ in x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6 }
  static let elu = unary { x, y in x < 0 ? y + 1 : 1 }
  static let exp = unary { _, y in y }
  static let sqrt = unary { _, y in y > 0 ? 0.5 / y : 0 }
  static let rsqrt = unary { x, y in x > 0 ? -0.5 * y / x : 0 }
  static let square = unary { x, _ in 2 * x }
  static let neg = unary { _, _ in -1 }
  static let abs = unary { x, _ in x < 0 ? -1 : 1 }
}

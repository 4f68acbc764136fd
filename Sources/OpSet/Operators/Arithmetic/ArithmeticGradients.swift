import TFLite

extension OpGradient {
  static let add = binary(activation: AddOptions.activation) { _, _ in (1, 1) }
  static let sub = binary(activation: SubOptions.activation) { _, _ in (1, -1) }
  static let mul = binary(activation: MulOptions.activation) { a, b in (b, a) }
  static let div = binary(activation: DivOptions.activation) { a, b in
    b == 0 ? (0, 0) : (1 / b, -a / (b * b))
  }
  static let squaredDifference = binary { a, b in (2 * (a - b), 2 * (b - a)) }
  static let maximum = binary { a, b in a >= b ? (1, 0) : (0, 1) }
  static let minimum = binary { a, b in a <= b ? (1, 0) : (0, 1) }
  static let prelu = binary { a, b in a < 0 ? (b, a) : (1, 0) }
}

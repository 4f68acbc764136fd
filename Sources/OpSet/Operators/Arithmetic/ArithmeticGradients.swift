import Platform
import TFLite

extension OpGradient {
  static let add = sum(AddOptions.activation, 1)
  static let sub = sum(SubOptions.activation, -1)
  static let mul = binary(activation: MulOptions.activation) { a, b in (b, a) }
  static let div = binary(activation: DivOptions.activation) { a, b in
    b == 0 ? (0, 0) : (1 / b, -a / (b * b))
  }
  static let squaredDifference = binary { a, b in (2 * (a - b), 2 * (b - a)) }
  static let maximum = binary { a, b in a >= b ? (1, 0) : (0, 1) }
  static let minimum = binary { a, b in a <= b ? (1, 0) : (0, 1) }
  static let prelu = binary { a, b in a < 0 ? (b, a) : (1, 0) }
  /// The slope in the exponent is 0 where the base has no logarithm, as in TensorFlow.
  static let pow = binary { a, b in
    (
      b == 0 ? 0 : b * MathFunctions.power(a, b - 1),
      a > 0 ? MathFunctions.power(a, b) * MathFunctions.logarithm(a) : 0
    )
  }
  static let atan2 = binary { y, x in
    let square = x * x + y * y
    return square == 0 ? (0, 0) : (x / square, -y / square)
  }
  /// a − b ⌊a ÷ b⌋, where the quotient's floor is constant almost everywhere.
  static let floorMod = binary { a, b in (1, b == 0 ? 0 : -(a / b).rounded(.down)) }

  /// Of a + `sign` × b.
  private static func sum(_ activation: OptionKey<Int8>, _ sign: Float) -> OpGradient {
    let any = binary(activation: activation) { _, _ in (1, sign) }
    return OpGradient { step in
      let (a, b) = (try step.input(0), try step.input(1))
      guard a.shape == b.shape, a.type == .float32, b.type == .float32 else {
        if case .computed(let body) = any.way { try body(step) }
        return
      }
      try step.undo(activation)
      for (index, factor) in [(0, 1), (1, sign)] {
        guard let gradient = step.gradient(index) else { continue }
        step.kernels.accumulate(step.outputGradient, factor, gradient, a.count)
      }
    }
  }

  static let addN = OpGradient { step in
    let count = try step.output().count
    for index in step.inputs.indices {
      guard let gradient = step.gradient(index) else { continue }
      step.kernels.accumulate(step.outputGradient, 1, gradient, count)
    }
  }
}

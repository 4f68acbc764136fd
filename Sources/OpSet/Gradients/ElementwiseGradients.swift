import KernelTable
import Platform
import TFLite

extension OpGradient {
  /// f′ at an input element `x` whose output is `y`.
  static func unary(_ slope: @escaping @Sendable (_ x: Float, _ y: Float) -> Float) -> OpGradient {
    OpGradient { step in
      let (input, output) = (try step.input(0), try step.output())
      guard let gradient = step.gradient(0) else { return }
      for index in 0..<output.count {
        gradient[index] +=
          step.outputGradient[index] * slope(input.floats[index], output.floats[index])
      }
    }
  }

  /// 1 inside, 0 outside.
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

  /// The slopes of f(a, b), broadcast, in each operand.
  static func binary(
    activation: OptionKey<Int8>? = nil,
    _ slopes: @escaping @Sendable (_ a: Float, _ b: Float) -> (a: Float, b: Float)
  ) -> OpGradient {
    OpGradient { step in
      if let activation { try step.undo(activation) }
      let (a, b) = (try step.input(0), try step.input(1))
      let plan = try BroadcastPlan([a.shape, b.shape])
      let (first, second) = (step.gradient(0), step.gradient(1))
      plan.walk(0..<plan.pieces) { offsets, count in
        for index in 0..<count {
          let places = offsets &+ plan.steps &* SIMD4(repeating: index)
          let slopes = slopes(a.floats[places[0]], b.floats[places[1]])
          let gradient = step.outputGradient[places[3]]
          first?[places[0]] += gradient * slopes.a
          second?[places[1]] += gradient * slopes.b
        }
      }
    }
  }

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

  /// Of a row y = softmax(βx): β y (g − Σ g y).
  static let softmax = OpGradient { step in
    let output = try step.output()
    guard let gradient = step.gradient(0), let columns = output.shape.last, columns > 0 else {
      return
    }
    let beta = step.options?[Softmax.beta] ?? 1
    for start in stride(from: 0, to: output.count, by: columns) {
      let (y, given) = (output.floats + start, step.outputGradient + start)
      let mean = step.kernels.dot(given, y, columns)
      for index in 0..<columns {
        gradient[start &+ index] += beta * y[index] * (given[index] - mean)
      }
    }
  }
}

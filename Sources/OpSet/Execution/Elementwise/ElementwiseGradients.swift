import KernelTable
import TFLite

extension OpGradient {
  /// Returns a gradient from f′ at an input element `x` whose output is `y`.
  @inline(__always)
  static func unary(_ slope: @escaping @Sendable (_ x: Float, _ y: Float) -> Float) -> OpGradient {
    OpGradient { step in
      let (input, output) = (try step.input(0), try step.output())
      guard let gradient = step.gradient(0) else { return }
      let (x, y, given) = (input.floats, output.floats, step.outputGradient)
      for index in 0..<output.count { gradient[index] += given[index] * slope(x[index], y[index]) }
    }
  }

  /// Returns the gradient of f(a, b), with broadcasting, from its slopes in each operand.
  @inline(__always)
  static func binary(
    activation: OptionKey<Int8>? = nil,
    _ slopes: @escaping @Sendable (_ a: Float, _ b: Float) -> (a: Float, b: Float)
  ) -> OpGradient {
    OpGradient { step in
      if let activation { try step.undo(activation) }
      let (a, b) = (try step.input(0), try step.input(1))
      guard a.type == .float32, b.type == .float32 else {
        throw OperatorFault.unsupported("there is no gradient for these types")
      }
      let plan = try BroadcastPlan([a.shape, b.shape])
      let (first, second) = (step.gradient(0), step.gradient(1))
      let (aStep, bStep) = (plan.steps[0], plan.steps[1])
      let given = step.outputGradient
      plan.walk(0..<plan.pieces) { offsets, count in
        let (x, y) = (a.floats + offsets[0], b.floats + offsets[1])
        let given = given + offsets[3]
        // Separate loops, so that each is vectorized; an operand that is repeated gets a sum.
        if let target = first.map({ $0 + offsets[0] }) {
          switch (aStep, bStep) {
          case (1, 1):
            for i in 0..<count { target[i] += given[i] * slopes(x[i], y[i]).a }
          case (1, _):
            let right = y[0]
            for i in 0..<count { target[i] += given[i] * slopes(x[i], right).a }
          default:
            var sum: Float = 0
            for i in 0..<count { sum += given[i] * slopes(x[0], y[i &* bStep]).a }
            target[0] += sum
          }
        }
        if let target = second.map({ $0 + offsets[1] }) {
          switch (aStep, bStep) {
          case (1, 1):
            for i in 0..<count { target[i] += given[i] * slopes(x[i], y[i]).b }
          case (_, 1):
            let left = x[0]
            for i in 0..<count { target[i] += given[i] * slopes(left, y[i]).b }
          default:
            var sum: Float = 0
            for i in 0..<count { sum += given[i] * slopes(x[i &* aStep], y[0]).b }
            target[0] += sum
          }
        }
      }
    }
  }
}

import KernelTable
import Platform
import TFLite

extension OpGradient {
  /// Returns a gradient from f′ at an input element `x` whose output is `y`.
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

  /// Returns the gradient of f(a, b), with broadcasting, from its slopes in each operand.
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
}

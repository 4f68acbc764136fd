import KernelTable
import TFLite

extension OpGradient {
  static let mean = reduction(isMean: true)
  static let sum = reduction(isMean: false)

  /// Returns the gradient of a reduction: every element that was added up gets the gradient of the
  /// sum, or its share of it.
  private static func reduction(isMean: Bool) -> OpGradient {
    OpGradient { step in
      let (input, output) = (try step.input(0), try step.output())
      guard let gradient = step.gradient(0), output.count > 0 else { return }
      let axes = Set((try step.input(1).integers ?? []).map { $0 < 0 ? $0 + input.rank : $0 })
      let kept = input.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
      let scale = isMean ? Float(output.count) / Float(max(input.count, 1)) : 1
      let plan = try BroadcastPlan([input.shape, kept])
      plan.walk(0..<plan.pieces) { offsets, count in
        for index in 0..<count {
          let places = offsets &+ plan.steps &* SIMD4(repeating: index)
          gradient[places[0]] += step.outputGradient[places[1]] * scale
        }
      }
    }
  }
}

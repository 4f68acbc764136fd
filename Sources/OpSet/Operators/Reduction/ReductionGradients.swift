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
      let scale = isMean ? Float(output.count) / Float(max(input.count, 1)) : 1
      try forEachRun(step) { source, target, targetStep, count in
        let (gradient, given) = (gradient + source, step.outputGradient + target)
        if targetStep == 1 {
          step.kernels.accumulate(given, scale, gradient, count)
        } else {
          let share = given[0] * scale
          for index in 0..<count { gradient[index] += share }
        }
      }
    }
  }

  /// Elements that equal the greatest, or the least, share its gradient, as in TensorFlow.
  static let reduceExtreme = OpGradient { step in
    let (input, output) = (try step.input(0).floats, try step.output())
    guard let gradient = step.gradient(0) else { return }
    var equal = [Float](repeating: 0, count: output.count)
    func forEachEqual(_ body: (_ source: Int, _ target: Int) -> Void) throws {
      try forEachRun(step) { source, target, targetStep, count in
        for index in 0..<count
        where input[source + index] == output.floats[target + index * targetStep] {
          body(source + index, target + index * targetStep)
        }
      }
    }
    try forEachEqual { equal[$1] += 1 }
    try forEachEqual { gradient[$0] += step.outputGradient[$1] / equal[$1] }
  }

  /// An element gets the product of the others.
  static let reduceProduct = OpGradient { step in
    let (input, output) = (try step.input(0).floats, try step.output())
    guard let gradient = step.gradient(0) else { return }
    var products = [Float](repeating: 1, count: output.count)
    var zeros = [Int](repeating: 0, count: output.count)
    try forEachRun(step) { source, target, targetStep, count in
      for index in 0..<count {
        let (x, place) = (input[source + index], target + index * targetStep)
        if x == 0 { zeros[place] += 1 } else { products[place] *= x }
      }
    }
    try forEachRun(step) { source, target, targetStep, count in
      for index in 0..<count {
        let (x, place) = (input[source + index], target + index * targetStep)
        let others = x == 0 ? zeros[place] - 1 : zeros[place]
        guard others == 0 else { continue }
        gradient[source + index] +=
          step.outputGradient[place] * (x == 0 ? products[place] : products[place] / x)
      }
    }
  }

  /// The sum runs back: an element is in the sums from its own on.
  static let cumsum = OpGradient { step in
    let input = try step.input(0)
    guard let gradient = step.gradient(0), let option = try step.input(1).integers?.first,
      input.count > 0
    else { return }
    let axis = option < 0 ? option + input.rank : option
    let (isExclusive, isReversed) = (step.option(Cumsum.exclusive), step.option(Cumsum.reverse))
    let length = input.shape[axis]
    let inner = input.shape[(axis + 1)...].reduce(1, *)
    for row in 0..<input.count / length / inner {
      for column in 0..<inner {
        var sum: Float = 0
        for index in 0..<length {
          let position = isReversed ? index : length &- 1 &- index
          let place = (row &* length &+ position) &* inner &+ column
          let next = sum + step.outputGradient[place]
          gradient[place] += isExclusive ? sum : next
          sum = next
        }
      }
    }
  }

  /// A row gets the gradient of its segment's sum; rows of negative segments are left out.
  static let segmentSum = OpGradient { step in
    let (data, groups, output) = (try step.input(0), try step.input(1), try step.output())
    guard let gradient = step.gradient(0), groups.count > 0 else { return }
    let width = data.count / groups.count
    for position in 0..<groups.count {
      guard let segment = groups.integer(position), segment >= 0, segment < output.shape[0] else {
        continue
      }
      step.kernels.accumulate(
        step.outputGradient + segment &* width, 1, gradient + position &* width, width)
    }
  }

  /// Calls `body` with runs of the input's neighbours, and the places of their results: one for the
  /// whole run where the step is 0.
  private static func forEachRun(
    _ step: GradientStep,
    _ body: (_ source: Int, _ target: Int, _ targetStep: Int, _ count: Int) -> Void
  ) throws {
    let input = try step.input(0)
    let axes = Set((try step.input(1).integers ?? []).map { $0 < 0 ? $0 + input.rank : $0 })
    let kept = input.shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
    let plan = try BroadcastPlan([input.shape, kept])
    plan.walk(0..<plan.pieces) { offsets, count in
      body(offsets[0], offsets[1], plan.steps[1], count)
    }
  }
}

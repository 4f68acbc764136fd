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
    guard let gradient = step.gradient(0) else { return }
    let count = try step.output().count
    try addProducts(step, gradient, count) { body in
      try forEachRun(step) { source, target, targetStep, count in
        for index in 0..<count { body(source + index, target + index * targetStep) }
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

  /// A row gets the gradient of its segment's sum.
  static let segmentSum = OpGradient { step in
    guard let gradient = step.gradient(0) else { return }
    try forEachSegmentRow(step) { row, segment, width in
      step.kernels.accumulate(step.outputGradient + segment, 1, gradient + row, width)
    }
  }

  /// As `reduceExtreme`.
  static let segmentExtreme = OpGradient { step in
    let (input, output) = (try step.input(0).floats, try step.output())
    guard let gradient = step.gradient(0) else { return }
    var equal = [Float](repeating: 0, count: output.count)
    func forEachEqual(_ body: (_ source: Int, _ target: Int) -> Void) throws {
      try forEachSegmentRow(step) { row, segment, width in
        for index in 0..<width where input[row + index] == output.floats[segment + index] {
          body(row + index, segment + index)
        }
      }
    }
    try forEachEqual { equal[$1] += 1 }
    try forEachEqual { gradient[$0] += step.outputGradient[$1] / equal[$1] }
  }

  /// As `reduceProduct`.
  static let segmentProduct = OpGradient { step in
    guard let gradient = step.gradient(0) else { return }
    let count = try step.output().count
    try addProducts(step, gradient, count) { body in
      try forEachSegmentRow(step) { row, segment, width in
        for index in 0..<width { body(row + index, segment + index) }
      }
    }
  }

  /// Calls `body` with the first element of each row and of its segment's result; rows of negative
  /// segments are left out.
  private static func forEachSegmentRow(
    _ step: GradientStep, _ body: (_ row: Int, _ segment: Int, _ width: Int) -> Void
  ) throws {
    let (data, groups, output) = (try step.input(0), try step.input(1), try step.output())
    guard groups.count > 0 else { return }
    let width = data.count / groups.count
    for position in 0..<groups.count {
      guard let segment = groups.integer(position), segment >= 0, segment < output.shape[0] else {
        continue
      }
      body(position &* width, segment &* width, width)
    }
  }

  /// Adds to each element's gradient its result's gradient times the product of the others.
  /// `forEach` gives every element with its result.
  private static func addProducts(
    _ step: GradientStep, _ gradient: UnsafeMutablePointer<Float>, _ count: Int,
    _ forEach: (_ body: (_ source: Int, _ target: Int) -> Void) throws -> Void
  ) throws {
    let input = try step.input(0).floats
    var products = [Float](repeating: 1, count: count)
    var zeros = [Int](repeating: 0, count: count)
    try forEach { source, target in
      let x = input[source]
      if x == 0 { zeros[target] += 1 } else { products[target] *= x }
    }
    try forEach { source, target in
      let x = input[source]
      guard zeros[target] == (x == 0 ? 1 : 0) else { return }
      gradient[source] +=
        step.outputGradient[target] * (x == 0 ? products[target] : products[target] / x)
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

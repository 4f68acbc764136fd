import TFLite

/// Reductions in a sliding window over any number of dimensions.
extension OpKernel {
  static let reduceWindow = OpKernel { preparation in
    let folds: [ElementFold] = [.sum, .product, .minimum, .maximum, .all, .any]
    let function = preparation.option(ReduceWindow.function)
    try preparation.require(
      function > 0 && function <= folds.count, "unknown window function \(function)")
    let input = try preparation.input(0)
    let ones = input.shape.map { _ in 1 }
    let window = WindowShape(
      sizes: try preparation.sizes(2), steps: try preparation.sizes(3),
      dilations: try preparation.sizes(4), inputDilations: ones,
      padding: input.shape.map { _ in (0, 0) })
    return try preparation.windowStages(window, folds[function - 1])
  }

  static let stablehloReduceWindow = OpKernel { preparation in
    let rank = try preparation.input(0).rank
    func list(_ key: OptionKey<[Int64]>, _ standard: Int) throws -> [Int] {
      let list = try preparation.sizes(key)
      return list.isEmpty ? Array(repeating: standard, count: rank) : list
    }
    let flat = try preparation.sizes(StablehloReduceWindow.padding)
    try preparation.require(
      flat.isEmpty || flat.count == 2 * rank,
      "there are \(flat.count) paddings for \(rank) dimensions")
    let window = WindowShape(
      sizes: try list(StablehloReduceWindow.sizes, 0),
      steps: try list(StablehloReduceWindow.steps, 1),
      dilations: try list(StablehloReduceWindow.dilations, 1),
      inputDilations: try list(StablehloReduceWindow.inputDilations, 1),
      padding: (0..<rank).map { flat.isEmpty ? (0, 0) : (flat[2 * $0], flat[2 * $0 + 1]) })
    let body = preparation.option(StablehloReduceWindow.body)
    let fold = try preparation.bodyFold(body, isWindow: true)
    return try preparation.windowStages(window, fold)
  }
}

private struct WindowShape {
  let sizes: [Int]
  let steps: [Int]
  let dilations: [Int]
  /// Distances between the elements of the input.
  let inputDilations: [Int]
  /// Negative where elements are cut off.
  let padding: [(Int, Int)]

  func check(_ rank: Int) throws {
    let lists = [sizes, steps, dilations, inputDilations]
    guard rank > 0, lists.allSatisfy({ $0.count == rank && $0.allSatisfy { $0 > 0 } }) else {
      throw OperatorFault.invalid(
        "a window of \(sizes) cannot have strides \(steps), dilations \(dilations)")
    }
  }

  /// Returns the input's shape once it is dilated and padded.
  func extended(_ shape: [Int]) -> [Int] {
    shape.indices.map {
      let dilated = shape[$0] == 0 ? 0 : (shape[$0] - 1) * inputDilations[$0] + 1
      return max(0, dilated + padding[$0].0 + padding[$0].1)
    }
  }

  func output(_ extended: [Int]) -> [Int] {
    extended.indices.map {
      let room = extended[$0] - ((sizes[$0] - 1) * dilations[$0] + 1)
      return room < 0 ? 0 : room / steps[$0] + 1
    }
  }
}

/// The starts and offsets of windows, in bytes. Dimensions at the end that no window spans make
/// rows of `width` elements that are folded at once.
private struct WindowPlan {
  var begins = [0]
  var taps = [0]
  var width = 1

  init(_ window: WindowShape, _ shape: [Int], _ output: [Int], elementBytes: Int) {
    let strides = StridedBox.strides(shape)
    var rank = shape.count
    while rank > 0, window.sizes[rank - 1] == 1, window.steps[rank - 1] == 1 {
      rank -= 1
      width *= shape[rank]
    }
    for axis in 0..<rank {
      let step = strides[axis] * window.steps[axis] * elementBytes
      begins = begins.flatMap { base in (0..<output[axis]).map { base + $0 * step } }
      let tap = strides[axis] * window.dilations[axis] * elementBytes
      taps = taps.flatMap { base in (0..<window.sizes[axis]).map { base + $0 * tap } }
    }
  }
}

extension Preparation {
  /// Input 1 is the value that a window starts with, and what padding consists of.
  fileprivate func windowStages(_ window: WindowShape, _ fold: ElementFold) throws -> [Stage] {
    let (input, start, output) = (try input(0), try input(1), try output())
    try window.check(input.rank)
    try require(
      start.type == input.type && output.type == input.type && start.count == 1,
      "a start of type \(start.type) and an output of type \(output.type) for \(input.type)")
    let shape = window.extended(input.shape)
    try setShape(window.output(shape))
    try require(StridedBox.count(shape) < 1 << 40, "the padded shape \(shape) is too large")
    let bytes = try elementBytes(input)
    if output.count == 0 { return [] }
    var source = Place.value(input)
    var stages: [Stage] = []
    if shape != input.shape || window.padding.contains(where: { $0 != (0, 0) }) {
      source = .scratch(scratch(bytes: shape.reduce(bytes, *)))
      stages += interiorPad(
        input.shape, shape, low: window.padding.map(\.0), steps: window.inputDilations,
        elementBytes: bytes, fill: .value(start), from: .value(input), to: source)
    }
    let plan = WindowPlan(window, shape, output.shape, elementBytes: bytes)
    let row = try ElementFold.row(fold, input.type)
    let (width, rows) = (plan.width, plan.begins.count)
    let (begins, taps) = (ConstantBytes(plan.begins), ConstantBytes(plan.taps))
    let tapCount = plan.taps.count
    stages += copy(
      .filled(output.count), elementBytes: bytes, from: .value(start), to: .value(output))
    return stages + [
      .each(of: rows, operations: output.count * plan.taps.count * 4) { place, _ in
        let target = output.base + place &* width &* bytes
        let first = source.base + begins.integers[place]
        for tap in 0..<tapCount { row(first + taps.integers[tap], target, width) }
      }
    ]
  }
}

import TFLite

extension OpKernel {
  /// Sums of all elements up to each along an axis; exclusive leaves out the element itself, reverse
  /// starts at the end.
  static let cumsum = OpKernel { preparation in
    let input = try preparation.input(0)
    let axes = try preparation.integers(1)
    try preparation.require(axes.count == 1, "\(axes.count) axes, expected 1")
    let axis = try preparation.axis(axes[0], rank: input.rank)
    try preparation.setShape(input.shape)
    switch input.type {
    case .float32: return try preparation.cumulativeStages(axis, Float.self) { $0 + $1 }
    case .int32: return try preparation.cumulativeStages(axis, Int32.self) { $0 &+ $1 }
    case .int64: return try preparation.cumulativeStages(axis, Int64.self) { $0 &+ $1 }
    case let type: throw preparation.unsupported(type)
    }
  }
}

extension Preparation {
  @inline(__always)
  fileprivate func cumulativeStages<Element: Numeric>(
    _ axis: Int, _ type: Element.Type, _ add: @escaping (Element, Element) -> Element
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let isExclusive = option(Cumsum.exclusive)
    let isReversed = option(Cumsum.reverse)
    guard input.count > 0 else { return [] }
    let length = input.shape[axis]
    let inner = input.shape[(axis + 1)...].reduce(1, *)
    let outer = input.count / length / inner
    // Captures only the addition, which the compiler would not inline otherwise.
    let run = {
      (
        source: UnsafePointer<Element>, target: UnsafeMutablePointer<Element>, length: Int,
        inner: Int, isReversed: Bool, isExclusive: Bool
      ) in
      for column in 0..<inner {
        var sum: Element = 0
        for index in 0..<length {
          let place = (isReversed ? length &- 1 &- index : index) &* inner &+ column
          let next = add(sum, source[place])
          target[place] = isExclusive ? sum : next
          sum = next
        }
      }
    }
    return .each(of: outer, operations: input.count * 4) { row, _ in
      let start = row &* length &* inner
      run(
        input.pointer(type) + start, output.pointer(type) + start, length, inner, isReversed,
        isExclusive)
    }
  }
}

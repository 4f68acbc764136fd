/// The order in which axes are reduced: a few steps, each over the middle of (outer, reduced,
/// inner).
///
/// Neighbouring axes that are all reduced or all kept are merged into one, so that most reductions
/// take one step. The innermost group goes first.
struct ReductionPlan {
  struct Step {
    var outer: Int
    var reduced: Int
    var inner: Int

    var resultCount: Int { outer * inner }
  }

  private(set) var outputShape: [Int] = []
  private(set) var steps: [Step] = []
  /// Elements that are reduced to each result.
  private(set) var reducedCount = 1

  /// `axes` count from 0 and may repeat.
  init(_ shape: [Int], axes: Set<Int>, keepsDimensions: Bool) {
    var groups: [(isReduced: Bool, size: Int)] = []
    for (axis, size) in shape.enumerated() {
      let isReduced = axes.contains(axis)
      if !isReduced { outputShape.append(size) }
      if isReduced {
        reducedCount *= size
        if keepsDimensions { outputShape.append(1) }
      }
      guard size != 1 else { continue }
      if let last = groups.last, last.isReduced == isReduced {
        groups[groups.count - 1].size *= size
      } else {
        groups.append((isReduced, size))
      }
    }
    var inner = 1
    while let group = groups.popLast() {
      guard group.isReduced else {
        inner *= group.size
        continue
      }
      let outer = groups.reduce(1) { $0 * $1.size }
      steps.append(Step(outer: outer, reduced: group.size, inner: inner))
    }
    if steps.isEmpty { steps = [Step(outer: 1, reduced: 1, inner: inner)] }
  }
}

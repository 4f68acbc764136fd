/// Copies a box of elements between two layouts: how every operator that only moves elements runs.
///
/// Dimensions are merged as far as the layouts allow; runs that are contiguous in both are copied
/// by `memcpy`, and runs that are contiguous along different dimensions by blocks.
final class StridedCopy: @unchecked Sendable {
  /// Strides in bytes.
  struct Dimension {
    var size: Int
    var source: Int
    var target: Int
  }

  private let dimensions: UnsafeMutablePointer<Dimension>
  private let levels: Int
  /// Bytes that are contiguous in both layouts.
  private let run: Int
  /// The last two levels are contiguous in the source and in the target.
  private let isTranspose: Bool
  private let sourceOffset: Int
  private let targetOffset: Int
  let byteCount: Int
  /// The level that is cut into parts.
  private let split: Int
  /// Shares of the work that may be done at once; 0 if there is none.
  let parts: Int

  init(_ box: StridedBox, elementBytes: Int) {
    byteCount = box.sizes.reduce(elementBytes, *)
    sourceOffset = box.sourceOffset * elementBytes
    targetOffset = box.targetOffset * elementBytes
    var plan = Plan(box, elementBytes)
    if byteCount > 0 { plan.order() }
    run = plan.run
    isTranspose = plan.isTranspose
    levels = plan.dimensions.count
    dimensions = .allocate(capacity: max(levels, 1))
    dimensions.initialize(from: plan.dimensions, count: levels)
    let wide = plan.dimensions.firstIndex { $0.size >= 8 }
    split =
      wide ?? plan.dimensions.indices.max { plan.dimensions[$0].size < plan.dimensions[$1].size }
      ?? 0
    let limit = levels == 0 ? byteCount / 4096 : plan.dimensions[split].size
    parts = byteCount == 0 ? 0 : Tiling.parts(of: limit, operations: byteCount)
  }

  deinit { dimensions.deallocate() }

  /// Whether source and target have the same bytes in the same order from their first byte on.
  var isIdentity: Bool { levels == 0 && sourceOffset == 0 && targetOffset == 0 }

  /// Copies everything.
  func copy(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    for part in 0..<parts { copy(part: part, from: source, to: target) }
  }

  func copy(part: Int, from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    let source = source + sourceOffset
    let target = target + targetOffset
    guard levels > 0 else {
      let range = Tiling.range(part, of: parts, count: run)
      (target + range.lowerBound).copyMemory(
        from: source + range.lowerBound, byteCount: range.count)
      return
    }
    descend(0, part, source, target)
  }

  private func range(_ level: Int, _ part: Int) -> Range<Int> {
    level == split
      ? Tiling.range(part, of: parts, count: dimensions[level].size) : 0..<dimensions[level].size
  }

  private func descend(
    _ level: Int, _ part: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
  ) {
    let range = range(level, part)
    let dimension = dimensions[level]
    if level < levels &- (isTranspose ? 2 : 1) {
      for index in range {
        descend(
          level &+ 1, part, source + index &* dimension.source,
          target + index &* dimension.target)
      }
      return
    }
    let source = source + range.lowerBound &* dimension.source
    let target = target + range.lowerBound &* dimension.target
    guard isTranspose else {
      return Lines(source: source, target: target, count: range.count, dimension, run).copy()
    }
    let columns = self.range(level &+ 1, part)
    let inner = dimensions[level &+ 1]
    BlockTranspose(
      source: source + columns.lowerBound &* inner.source,
      target: target + columns.lowerBound &* inner.target, rows: range.count,
      columns: columns.count, rowStride: dimension.target, columnStride: inner.source
    ).copy(elementBytes: run)
  }
}

/// The order in which the dimensions of a box are walked.
private struct Plan {
  var dimensions: [StridedCopy.Dimension]
  var run: Int
  var isTranspose = false

  init(_ box: StridedBox, _ elementBytes: Int) {
    run = elementBytes
    dimensions = box.sizes.indices.filter { box.sizes[$0] != 1 }.map {
      StridedCopy.Dimension(
        size: box.sizes[$0], source: box.source[$0] * elementBytes,
        target: box.target[$0] * elementBytes)
    }
  }

  /// Orders the dimensions so that writes go forward and the innermost loop is long.
  mutating func order() {
    dimensions.sort { abs($0.target) > abs($1.target) }
    merge()
    if let last = dimensions.last, last.source == run, last.target == run {
      run *= last.size
      dimensions.removeLast()
    }
    guard dimensions.count > 1, let last = dimensions.last else { return }
    let next = dimensions.count - 2
    if last.target == run, last.size >= 4, BlockTranspose.sizes.contains(run),
      let unit = dimensions.dropLast().lastIndex(where: { $0.source == run && $0.size >= 4 })
    {
      dimensions.insert(dimensions.remove(at: unit), at: next)
      isTranspose = true
    } else if last.size < 8, dimensions[next].size > last.size {
      dimensions.swapAt(next, next + 1)
    }
  }

  private mutating func merge() {
    var merged: [StridedCopy.Dimension] = []
    for inner in dimensions {
      if let outer = merged.last, outer.source == inner.source * inner.size,
        outer.target == inner.target * inner.size
      {
        merged[merged.count - 1] = .init(
          size: outer.size * inner.size, source: inner.source, target: inner.target)
      } else {
        merged.append(inner)
      }
    }
    dimensions = merged
  }
}

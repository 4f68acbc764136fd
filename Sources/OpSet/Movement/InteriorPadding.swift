extension Preparation {
  /// Copies a dense tensor into a larger one with `steps` between elements and `low` elements
  /// before; a negative `low` cuts off.
  func interiorPad(
    _ shape: [Int], _ outer: [Int], low: [Int], steps: [Int], elementBytes: Int, fill: Place,
    from source: Place, to target: Place
  ) -> [Stage] {
    let background = copy(
      .filled(outer.reduce(1, *)), elementBytes: elementBytes, from: fill, to: target)
    var box = StridedBox(
      sizes: [], source: StridedBox.strides(shape), target: StridedBox.strides(outer))
    for axis in shape.indices {
      // Element i moves to low + i × step.
      let step = steps[axis]
      let first = low[axis] >= 0 ? 0 : (-low[axis] + step - 1) / step
      let room = outer[axis] - 1 - low[axis]
      let last = min(shape[axis] - 1, room < 0 ? -1 : room / step)
      guard last >= first else { return background }
      box.sizes.append(last - first + 1)
      box.sourceOffset += first * box.source[axis]
      box.targetOffset += (low[axis] + first * step) * box.target[axis]
      box.target[axis] *= step
    }
    return background
      + copy(box, elementBytes: elementBytes, from: source, to: target)
  }
}

/// The surroundings of a dense box in a larger one, as boxes to fill.
struct Border {
  let inner: [Int]
  let outer: [Int]
  /// Positions before the inner box along each axis.
  let before: [Int]

  /// Axes before the bordered axis have the extent of the inner box, axes behind it the whole
  /// extent.
  var boxes: [StridedBox] {
    let dense = StridedBox.strides(outer)
    var boxes: [StridedBox] = []
    var offset = 0
    for axis in outer.indices {
      let after = outer[axis] - before[axis] - inner[axis]
      for (first, count) in [(0, before[axis]), (before[axis] + inner[axis], after)]
      where count > 0 {
        boxes.append(
          StridedBox(
            sizes: Array(inner[..<axis]) + [count] + Array(outer[(axis + 1)...]),
            source: outer.map { _ in 0 }, target: dense,
            targetOffset: offset + first * dense[axis]))
      }
      offset += before[axis] * dense[axis]
    }
    return boxes
  }
}

extension Preparation {
  /// Returns an element that means 0: of a quantized tensor, its zero point.
  func zeroElement(_ value: Value) throws -> ConstantBytes {
    let isQuantized = [.int8, .uint8, .int16].contains(value.type)
    let zero = isQuantized ? value.tensor.quantization?.zeroPoint?.first ?? 0 : 0
    return ConstantBytes([Int(zero)])
  }
}

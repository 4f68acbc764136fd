import TFLite

/// Operators that change the shape and keep the bytes.
extension OpKernel {
  static let reshape = OpKernel { preparation in
    let input = try preparation.input(0)
    var shape = try preparation.newShape()
    let known = StridedBox.count(shape.filter { $0 != -1 })
    if let stretch = shape.firstIndex(of: -1) {
      try preparation.require(
        shape.lastIndex(of: -1) == stretch, "the shape \(shape) has several unknown dimensions")
      shape[stretch] = known == 0 ? 0 : input.count / known
    }
    try preparation.require(
      shape.allSatisfy { $0 >= 0 } && StridedBox.count(shape) == input.count,
      "\(input.count) elements do not fit the shape \(shape)")
    try preparation.setShape(shape)
    return try preparation.share()
  }

  static let squeeze = OpKernel { preparation in
    let input = try preparation.input(0)
    let listed = (preparation.options?[Squeeze.dimensions] ?? []).map(Int.init)
    let axes = Set(try listed.map { try preparation.axis($0, rank: input.rank) })
    for axis in axes {
      try preparation.require(
        input.shape[axis] == 1, "dimension \(axis) of \(input.shape) is squeezed but is not 1")
    }
    try preparation.setShape(
      input.shape.indices.filter {
        axes.isEmpty ? input.shape[$0] != 1 : !axes.contains($0)
      }.map { input.shape[$0] })
    return try preparation.share()
  }

  static let expandDims = OpKernel { preparation in
    let input = try preparation.input(0)
    let axes = try preparation.integers(1)
    try preparation.require(axes.count == 1, "expected one axis, found \(axes.count)")
    let axis = try preparation.axis(axes[0], rank: input.rank + 1)
    var shape = input.shape
    shape.insert(1, at: axis)
    try preparation.setShape(shape)
    return try preparation.share()
  }
}

extension Preparation {
  /// Returns the shape that the second input or else the options ask for.
  fileprivate func newShape() throws -> [Int] {
    if let shape = optionalInput(1), shape.rank == 1 { return try sizes(1) }
    let shape = (options?[Reshape.newShape] ?? []).map(Int.init)
    // Old converters wrote the shape of a scalar like this.
    return shape == [0] ? [] : shape
  }
}

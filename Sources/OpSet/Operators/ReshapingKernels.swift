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

/// Operators that tell shapes.
extension OpKernel {
  static let shape = OpKernel { preparation in
    let input = try preparation.input(0)
    preparation.dependsOnShapesAlone()
    try preparation.setShape([input.rank])
    return try preparation.integerStages(input.shape)
  }

  static let rank = OpKernel { preparation in
    let input = try preparation.input(0)
    preparation.dependsOnShapesAlone()
    try preparation.setShape([])
    return try preparation.integerStages([input.rank])
  }

  /// The shape that two shapes broadcast to.
  static let broadcastArgs = OpKernel { preparation in
    let (first, second) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    for value in [first, second] {
      try preparation.requireType(value, .int32, .int64, what: "a shape")
      try preparation.require(value.rank == 1, "a shape of \(value.rank) dimensions")
    }
    try preparation.require(
      first.type == second.type && first.type == output.type, "shapes of different types")
    let rank = max(first.count, second.count)
    try preparation.setShape([rank])
    return [
      .once {
        for position in 0..<rank {
          let a = first.integer(position &- rank &+ first.count) ?? 1
          let b = second.integer(position &- rank &+ second.count) ?? 1
          guard a == b || a == 1 || b == 1 else {
            throw OperatorFault.invalid("shapes with dimensions \(a) and \(b)")
          }
          output.setInteger(position, a == 1 ? b : a)
        }
      }
    ]
  }
}

extension Preparation {
  /// The shape that the second input or else the options ask for.
  fileprivate func newShape() throws -> [Int] {
    if let shape = optionalInput(1), shape.rank == 1 { return try sizes(1) }
    let shape = (options?[Reshape.newShape] ?? []).map(Int.init)
    // How old converters wrote the shape of a scalar.
    return shape == [0] ? [] : shape
  }

  /// Writes integers to the output.
  fileprivate func integerStages(_ integers: [Int]) throws -> [Stage] {
    let output = try output()
    try requireType(output, .int32, .int64, what: "a shape")
    return [
      .once { for position in 0..<output.count { output.setInteger(position, integers[position]) } }
    ]
  }
}

extension Value {
  /// An element of an int16, int32 or int64 tensor; nil outside.
  func integer(_ index: Int) -> Int? {
    guard index >= 0, index < count else { return nil }
    switch type {
    case .int64: return Int(base.loadUnaligned(fromByteOffset: index &* 8, as: Int64.self))
    case .int16: return Int(base.loadUnaligned(fromByteOffset: index &* 2, as: Int16.self))
    default: return Int(base.loadUnaligned(fromByteOffset: index &* 4, as: Int32.self))
    }
  }

  /// Sets an element of an int16, int32 or int64 tensor.
  func setInteger(_ index: Int, _ integer: Int) {
    switch type {
    case .int64: pointer(Int64.self)[index] = Int64(integer)
    case .int16: pointer(Int16.self)[index] = Int16(truncatingIfNeeded: integer)
    default: pointer(Int32.self)[index] = Int32(truncatingIfNeeded: integer)
    }
  }
}

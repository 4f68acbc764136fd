import TFLite

/// Operators that put tensors together or cut them up along one axis.
extension OpKernel {
  static let concatenation = OpKernel { preparation in
    let first = try preparation.input(0)
    let axis = try preparation.axis(preparation.option(Concatenation.axis), rank: first.rank)
    let code = preparation.option(Concatenation.activation)
    var shape = first.shape
    shape[axis] = 0
    for index in preparation.inputs.indices {
      let part = try preparation.input(index).shape
      var rest = part
      if part.count == shape.count { rest[axis] = shape[axis] }
      try preparation.require(
        rest == shape, "the shapes \(part) and \(first.shape) differ beyond axis \(axis)")
      shape[axis] += part[axis]
    }
    try preparation.setShape(shape)
    var stages = try preparation.join(
      outer: shape[..<axis].reduce(1, *), inner: shape[axis...].reduce(1, *),
      mayShare: code == 0)
    if code != 0 {
      let output = try preparation.output()
      try preparation.requireType(output, .float32, what: "an activation of elements")
      stages += preparation.clamp(output, try FusedActivation(code: code))
    }
    return stages
  }

  static let pack = OpKernel { preparation in
    let first = try preparation.input(0)
    let axis = try preparation.axis(preparation.option(Pack.axis), rank: first.rank + 1)
    for index in preparation.inputs.indices {
      let shape = try preparation.input(index).shape
      try preparation.require(shape == first.shape, "the shapes \(shape) and \(first.shape) differ")
    }
    var shape = first.shape
    shape.insert(preparation.inputs.count, at: axis)
    try preparation.setShape(shape)
    return try preparation.join(
      outer: shape[..<axis].reduce(1, *), inner: shape[axis...].reduce(1, *))
  }

  static let unpack = OpKernel { preparation in
    let input = try preparation.input(0)
    let axis = try preparation.axis(preparation.option(Unpack.axis), rank: input.rank)
    let count = preparation.option(Unpack.count)
    try preparation.require(
      count == input.shape[axis] && count == preparation.outputs.count,
      "there are \(preparation.outputs.count) outputs for \(input.shape[axis]) slices")
    var shape = input.shape
    shape.remove(at: axis)
    return try preparation.cut(
      0, axis, sizes: Array(repeating: 1, count: count),
      shapes: Array(repeating: shape, count: count))
  }

  static let split = OpKernel { preparation in
    let input = try preparation.input(1)
    let axis = try preparation.splitAxis(0, rank: input.rank)
    let count = preparation.outputs.count
    try preparation.require(
      count > 0 && input.shape[axis] % count == 0,
      "\(input.shape[axis]) slices are not a multiple of \(count) outputs")
    return try preparation.cut(
      1, axis, sizes: Array(repeating: input.shape[axis] / count, count: count))
  }

  static let splitV = OpKernel { preparation in
    let input = try preparation.input(0)
    var sizes = try preparation.sizes(1)
    let axis = try preparation.splitAxis(2, rank: input.rank)
    try preparation.require(
      sizes.count == preparation.outputs.count,
      "there are \(sizes.count) sizes for \(preparation.outputs.count) outputs")
    let rest = sizes.indices.filter { sizes[$0] == -1 }
    try preparation.require(rest.count <= 1, "several of the sizes \(sizes) are −1")
    let sum = sizes.filter { $0 != -1 }.reduce(0, +)
    if let open = rest.first { sizes[open] = input.shape[axis] - sum }
    try preparation.require(
      sizes.allSatisfy { $0 >= 0 } && sizes.reduce(0, +) == input.shape[axis],
      "the sizes \(sizes) do not add up to \(input.shape[axis]) slices")
    return try preparation.cut(0, axis, sizes: sizes)
  }
}

extension Preparation {
  fileprivate func splitAxis(_ index: Int, rank: Int) throws -> Int {
    let axes = try integers(index)
    try require(axes.count == 1, "expected one axis, found \(axes.count)")
    return try axis(axes[0], rank: rank)
  }

  /// Returns the stages that write all inputs side by side: the output has `outer` rows of `inner`
  /// elements.
  fileprivate func join(outer: Int, inner: Int, mayShare: Bool = true) throws -> [Stage] {
    let output = try output()
    if inputs.count == 1, mayShare, try haveSameScale(try input(0), output) { return try share() }
    let bytes = try elementBytes(output)
    try require(output.type != .string, "strings cannot be joined")
    var stages: [Stage] = []
    var offset = 0
    for index in inputs.indices {
      let input = try input(index)
      try requireEqualTypes(input, output)
      let width = outer == 0 ? 0 : input.count / outer
      let source = try rescaled(input, for: output)
      stages += source.stages
      stages += copy(
        StridedBox(
          sizes: [outer, width], source: [width, 1], target: [inner, 1], targetOffset: offset),
        elementBytes: bytes, from: source.place, to: .value(output))
      offset += width
    }
    return stages
  }

  /// Returns the place of the input's elements in the output's scale. As in the runtime, uint8 is
  /// rescaled, int8 must have the same scale, and the scales of other types are ignored.
  private func rescaled(
    _ input: Value, for output: Value
  ) throws -> (stages: [Stage], place: Place) {
    guard [.int8, .uint8].contains(input.type), try !haveSameScale(input, output) else {
      return ([], .value(input))
    }
    try require(input.type == .uint8, "int8 inputs have scales that differ from the output's")
    let (x, y) = (try Affine(input), try Affine(output))
    let scale = x.scale * (1 / y.scale)
    let bias = Float(0 &- x.zeroPoint) * scale
    let levels = (0..<256).map { level in
      UInt8(clamping: Int32.nearest(Float(level) * scale + bias) &+ y.zeroPoint)
    }
    let (table, memory) = (ConstantBytes(levels), scratch(bytes: input.count))
    let stages = flatStages(count: input.count) { start, count in
      let entries = table.base.assumingMemoryBound(to: UInt8.self)
      let elements = input.pointer(UInt8.self)
      let results = memory.pointer().assumingMemoryBound(to: UInt8.self)
      for index in start..<start &+ count { results[index] = entries[Int(elements[index])] }
    }
    return (stages, .scratch(memory))
  }

  /// Cuts the input into one piece for each output. Pieces have the input's shape with their size
  /// along the axis, unless `shapes` says otherwise.
  fileprivate func cut(
    _ index: Int, _ axis: Int, sizes: [Int], shapes: [[Int]]? = nil
  ) throws -> [Stage] {
    let shape = try input(index).shape
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var stages: [Stage] = []
    var offset = 0
    for (position, size) in sizes.enumerated() {
      var piece = shape
      piece[axis] = size
      try setShape(shapes?[position] ?? piece, ofOutput: position)
      stages += try move(
        StridedBox(
          sizes: [outer, size * inner], source: [shape[axis] * inner, 1],
          target: [size * inner, 1], sourceOffset: offset),
        input: index, output: position)
      offset += size * inner
    }
    return stages
  }

  /// Applies the activation to the output in place.
  fileprivate func clamp(_ output: Value, _ activation: FusedActivation) -> [Stage] {
    guard activation.function == nil else { return activation.stages(on: output, kernels) }
    let (low, high) = (activation.low, activation.high)
    return .once {
      for index in 0..<output.count {
        output.floats[index] = min(max(output.floats[index], low), high)
      }
    }
  }
}

import TFLite

/// Operators that write elements at indices into a filled tensor.
extension OpKernel {
  /// Updates of the same place add up.
  static let scatterND = OpKernel { preparation in
    let (indices, updates) = (try preparation.input(0), try preparation.input(1))
    let shape = try preparation.integers(2)
    let output = try preparation.output()
    try preparation.requireType(indices, .int32, .int64, what: "indices")
    try preparation.require(
      indices.rank >= 1 && updates.rank >= 1, "indices or updates have no dimensions")
    let depth = indices.size(-1)
    try preparation.require(
      depth <= shape.count
        && Array(indices.shape.dropLast()) + Array(shape[min(depth, shape.count)...])
          == updates.shape,
      "updates \(updates.shape) and indices \(indices.shape) do not fit \(shape)")
    try preparation.setShape(shape)
    let bytes = try preparation.elementBytes(output)
    let path = IndexPath(
      indices, depth: depth, shape: shape, allowsNegative: true, elementBytes: bytes)
    let add = try ElementFold.row(.sum, updates.type)
    let (count, width) = (indices.shape.dropLast().reduce(1, *), path.run / bytes)
    let zero = Place.constant(ConstantBytes([0]))
    return preparation.copy(
      .filled(output.count), elementBytes: bytes, from: zero, to: .value(output)) + [
        .once {
          for row in 0..<count {
            let offset = try path.offset(row)
            add(updates.base + row &* path.run, output.base + offset, width)
          }
        }
      ]
  }

  static let oneHot = OpKernel { preparation in
    let (indices, output) = try preparation.inputAndOutput()
    let (on, off) = (try preparation.input(2), try preparation.input(3))
    let depths = try preparation.sizes(1)
    try preparation.requireType(indices, .int32, .int64, what: "indices")
    try preparation.require(
      depths.count == 1 && depths[0] >= 0 && on.count == 1 && off.count == 1
        && on.type == output.type && off.type == output.type,
      "the depth \(depths) or the types \(on.type) and \(off.type) do not fit \(output.type)")
    let option = preparation.option(OneHot.axis)
    let axis = option == -1 ? indices.rank : option
    try preparation.require(
      axis >= 0 && axis <= indices.rank, "axis \(option) is outside \(indices.rank + 1) dimensions")
    let depth = depths[0]
    var shape = indices.shape
    shape.insert(depth, at: axis)
    try preparation.setShape(shape)
    let bytes = try preparation.elementBytes(output)
    let inner = indices.shape[axis...].reduce(1, *)
    return preparation.copy(
      .filled(output.count), elementBytes: bytes, from: .value(off), to: .value(output)) + [
        .once {
          for position in 0..<indices.count {
            let index = indices.integer(position) ?? -1
            guard index >= 0, index < depth else { continue }
            let place = (position / inner &* depth &+ index) &* inner &+ position % inner
            (output.base + place &* bytes).copyMemory(from: on.base, byteCount: bytes)
          }
        }
      ]
  }

  static let sparseToDense = OpKernel { preparation in
    let (indices, values) = (try preparation.input(0), try preparation.input(2))
    let (fill, output) = (try preparation.input(3), try preparation.output())
    let shape = try preparation.integers(1)
    try preparation.requireType(indices, .int32, .int64, what: "indices")
    try preparation.require(
      indices.rank < 3 && values.rank < 2 && fill.count == 1 && values.type == fill.type
        && values.type == output.type,
      "indices \(indices.shape) do not fit values \(values.shape) of \(values.type)")
    let depth = indices.rank == 2 ? indices.shape[1] : 1
    let count = indices.rank == 0 ? 1 : indices.shape[0]
    try preparation.require(
      depth == shape.count && (values.rank == 0 || values.count >= count),
      "\(values.count) values and indices \(indices.shape) do not fit \(shape)")
    try preparation.setShape(shape)
    let bytes = try preparation.elementBytes(output)
    let path = IndexPath(
      indices, depth: depth, shape: shape, allowsNegative: true, elementBytes: bytes)
    let step = values.rank == 0 ? 0 : bytes
    return preparation.copy(
      .filled(output.count), elementBytes: bytes, from: .value(fill), to: .value(output)) + [
        .once {
          for row in 0..<count {
            (output.base + (try path.offset(row))).copyMemory(
              from: values.base + row &* step, byteCount: bytes)
          }
        }
      ]
  }

  static let matrixDiag = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    try preparation.require(input.rank >= 1, "the diagonal has no dimensions")
    let size = input.size(-1)
    try preparation.setShape(input.shape + [size])
    let bytes = try preparation.elementBytes(input)
    let zero = Place.constant(ConstantBytes([0]))
    return preparation.copy(
      .filled(output.count), elementBytes: bytes, from: zero, to: .value(output))
      + preparation.copy(
        .diagonal(rows: size, columns: size, matrices: input.count / max(size, 1)),
        elementBytes: bytes, from: .value(input), to: .value(output))
  }

  static let matrixSetDiag = OpKernel { preparation in
    let (input, diagonal) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    try preparation.require(
      input.rank >= 2 && diagonal.type == input.type,
      "the input is not a matrix, or the diagonal has another type")
    let (rows, columns) = (input.size(-2), input.size(-1))
    let matrices = input.shape.dropLast(2).reduce(1, *)
    try preparation.require(
      diagonal.count >= matrices * min(rows, columns),
      "a diagonal of shape \(diagonal.shape) does not fit \(input.shape)")
    try preparation.setShape(input.shape)
    let bytes = try preparation.elementBytes(input)
    return preparation.copy(
      .whole(input.count), elementBytes: bytes, from: .value(input), to: .value(output))
      + preparation.copy(
        .diagonal(rows: rows, columns: columns, matrices: matrices), elementBytes: bytes,
        from: .value(diagonal), to: .value(output))
  }
}

extension StridedBox {
  /// Dense diagonals into dense matrices.
  fileprivate static func diagonal(rows: Int, columns: Int, matrices: Int) -> StridedBox {
    let length = min(rows, columns)
    return StridedBox(
      sizes: [matrices, length], source: [length, 1], target: [rows * columns, columns + 1])
  }
}

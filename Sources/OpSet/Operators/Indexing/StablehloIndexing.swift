import TFLite

/// STABLEHLO_GATHER and STABLEHLO_SCATTER: windows at places that a tensor of index vectors names.
extension OpKernel {
  /// Windows that would reach outside are moved inside.
  static let stablehloGather = OpKernel { preparation in
    let (operand, output) = try preparation.inputAndOutput()
    let plan = try GatherPlan(preparation)
    try preparation.setShape(plan.shape)
    let bytes = try preparation.elementBytes(operand)
    let window = StridedCopy(plan.window, elementBytes: bytes)
    let places = ConstantBytes(plan.places.map { $0 * bytes })
    let room = ConstantBytes(zip(operand.shape, plan.sizes).map { $0 - $1 })
    let vectors = plan.vectors
    guard output.count > 0, operand.count > 0 else { return [] }
    return .once {
      for vector in 0..<vectors.count {
        var offset = 0
        for level in 0..<vectors.depth {
          let axis = vectors.axes.integers[level]
          let index = max(0, min(vectors.index(vector, level), room.integers[axis]))
          offset &+= index &* vectors.strides.integers[level]
        }
        window.copy(
          from: operand.base + offset &* bytes, to: output.base + places.integers[vector])
      }
    }
  }

  /// Elements that fall outside are left out.
  static let stablehloScatter = OpKernel { preparation in
    let (operand, updates) = (try preparation.input(0), try preparation.input(2))
    let output = try preparation.output()
    try preparation.require(
      updates.type == operand.type && output.type == operand.type,
      "the updates have type \(updates.type), not \(operand.type)")
    try preparation.setShape(operand.shape)
    let bytes = try preparation.elementBytes(operand)
    let plan = try ScatterPlan(preparation, elementBytes: bytes)
    let fold = try preparation.bodyFold(
      preparation.option(StablehloScatter.body), isWindow: false)
    let row = try ElementFold.row(fold, operand.type)
    let start = preparation.scratch(bytes: 8 * operand.rank + 8)
    let stages = preparation.copy(
      .whole(operand.count), elementBytes: bytes, from: .value(operand), to: .value(output))
    guard updates.count > 0, output.count > 0 else { return stages }
    let (vectors, rank) = (plan.vectors, operand.rank)
    return stages + [
      .once {
        let begin = start.base.assumingMemoryBound(to: Int.self)
        for vector in 0..<vectors.count {
          for axis in 0..<rank { begin[axis] = 0 }
          for level in 0..<vectors.depth {
            begin[vectors.axes.integers[level]] = vectors.index(vector, level)
          }
          plan.window.fold(
            row, updates.base + plan.places.integers[vector], output.base, begin)
        }
      }
    ]
  }
}

/// The windows of STABLEHLO_GATHER; offsets in elements.
private struct GatherPlan {
  let vectors: IndexVectors
  /// The sizes of a window along each dimension of the operand.
  let sizes: [Int]
  let shape: [Int]
  let window: StridedBox
  /// The position at which the window of each vector is written, in elements.
  let places: [Int]

  init(_ preparation: Preparation) throws {
    let (operand, indices) = (try preparation.input(0), try preparation.input(1))
    let sizes = try preparation.sizes(StablehloGather.sliceSizes)
    let collapsed = Set(try preparation.sizes(StablehloGather.collapsedDims))
    let offsets = try preparation.sizes(StablehloGather.offsetDims).sorted()
    try preparation.require(
      sizes.count == operand.rank && zip(sizes, operand.shape).allSatisfy { $0 >= 0 && $0 <= $1 },
      "slices of \(sizes) do not fit \(operand.shape)")
    vectors = try IndexVectors(
      indices, axis: Int(preparation.options?[StablehloGather.indexVectorDim] ?? 0),
      dimensions: try preparation.sizes(StablehloGather.startIndexMap), shape: operand.shape)
    let kept = sizes.indices.filter { !collapsed.contains($0) }
    let rank = offsets.count + vectors.shape.count
    try preparation.require(
      kept.count == offsets.count && Set(offsets).count == offsets.count
        && offsets.allSatisfy { $0 >= 0 && $0 < rank },
      "the offset dimensions \(offsets) do not fit slices of \(sizes)")
    let batch = (0..<rank).filter { !offsets.contains($0) }
    var shape = Array(repeating: 0, count: rank)
    for (dimension, axis) in zip(offsets, kept) { shape[dimension] = sizes[axis] }
    for (dimension, size) in zip(batch, vectors.shape) { shape[dimension] = size }
    guard StridedBox.count(shape) < 1 << 40 else {
      throw OperatorFault.invalid("the output's shape would be \(shape)")
    }
    let (from, to) = (StridedBox.strides(operand.shape), StridedBox.strides(shape))
    window = StridedBox(
      sizes: kept.map { sizes[$0] }, source: kept.map { from[$0] }, target: offsets.map { to[$0] })
    places = positions(vectors.shape, batch.map { to[$0] })
    (self.sizes, self.shape) = (sizes, shape)
  }
}

/// The windows of STABLEHLO_SCATTER; offsets in bytes.
private struct ScatterPlan {
  let vectors: IndexVectors
  let window: ScatterWindow
  /// The first position of the updates of each vector.
  let places: ConstantBytes

  init(_ preparation: Preparation, elementBytes bytes: Int) throws {
    let (operand, indices) = (try preparation.input(0), try preparation.input(1))
    let updates = try preparation.input(2)
    vectors = try IndexVectors(
      indices, axis: Int(preparation.options?[StablehloScatter.indexVectorDim] ?? 0),
      dimensions: try preparation.sizes(StablehloScatter.operandDims), shape: operand.shape)
    let windowDims = try preparation.sizes(StablehloScatter.windowDims)
    let inserted = Set(try preparation.sizes(StablehloScatter.insertedDims))
    let kept = operand.shape.indices.filter { !inserted.contains($0) }
    let batch = updates.shape.indices.filter { !windowDims.contains($0) }
    try preparation.require(
      kept.count == windowDims.count && Set(windowDims).count == windowDims.count
        && windowDims.allSatisfy { updates.shape.indices.contains($0) }
        && batch.map { updates.shape[$0] } == vectors.shape,
      "updates \(updates.shape) and indices \(indices.shape) do not fit \(operand.shape)")
    let from = StridedBox.strides(updates.shape).map { $0 * bytes }
    window = ScatterWindow(
      sizes: windowDims.map { updates.shape[$0] }, source: windowDims.map { from[$0] },
      axes: kept, limits: operand.shape,
      target: StridedBox.strides(operand.shape).map { $0 * bytes })
    places = ConstantBytes(positions(vectors.shape, batch.map { from[$0] }))
  }
}

/// Offsets of all positions of a box, row-major.
private func positions(_ shape: [Int], _ strides: [Int]) -> [Int] {
  zip(shape, strides).reduce([0]) { positions, axis in
    positions.flatMap { base in (0..<axis.0).map { base + $0 * axis.1 } }
  }
}

/// A tensor whose axis `axis` holds vectors of indices into some dimensions of an operand.
private struct IndexVectors {
  let indices: Value
  /// The shape of the tensor without the axis.
  let shape: [Int]
  let count: Int
  let depth: Int
  /// Elements between the components of a vector, and between blocks of that many vectors.
  private let step: Int
  /// The operand's dimensions and their strides, in elements.
  let axes: ConstantBytes
  let strides: ConstantBytes

  init(_ indices: Value, axis: Int, dimensions: [Int], shape operand: [Int]) throws {
    guard indices.type == .int32 || indices.type == .int64, axis >= 0, axis <= indices.rank,
      dimensions.allSatisfy({ operand.indices.contains($0) }),
      Set(dimensions).count == dimensions.count
    else {
      throw OperatorFault.invalid(
        "\(indices.type) indices along axis \(axis) do not fit the dimensions \(dimensions)")
    }
    self.indices = indices
    var shape = indices.shape
    depth = axis < indices.rank ? shape.remove(at: axis) : 1
    guard depth == dimensions.count else {
      throw OperatorFault.invalid("there are \(depth) indices for \(dimensions.count) dimensions")
    }
    self.shape = shape
    count = shape.reduce(1, *)
    step = shape[axis...].reduce(1, *)
    axes = ConstantBytes(dimensions)
    let dense = StridedBox.strides(operand)
    strides = ConstantBytes(dimensions.map { dense[$0] })
  }

  func index(_ vector: Int, _ level: Int) -> Int {
    indices.integer((vector / step &* depth &+ level) &* step &+ vector % step) ?? 0
  }
}

/// A window of updates that may reach outside the operand.
private final class ScatterWindow: @unchecked Sendable {
  private let sizes: ConstantBytes
  private let source: ConstantBytes
  private let axes: ConstantBytes
  private let limits: ConstantBytes
  private let target: ConstantBytes
  private let levels: Int
  private let rank: Int

  init(sizes: [Int], source: [Int], axes: [Int], limits: [Int], target: [Int]) {
    self.sizes = ConstantBytes(sizes)
    self.source = ConstantBytes(source)
    self.axes = ConstantBytes(axes)
    self.limits = ConstantBytes(limits)
    self.target = ConstantBytes(target)
    levels = sizes.count
    rank = limits.count
  }

  /// `begin` has the window's place along each dimension of the operand.
  func fold(
    _ row: ElementFold.Row, _ updates: UnsafeRawPointer, _ operand: UnsafeMutableRawPointer,
    _ begin: UnsafeMutablePointer<Int>
  ) {
    descend(0, row, updates, operand, begin)
  }

  private func descend(
    _ level: Int, _ row: ElementFold.Row, _ updates: UnsafeRawPointer,
    _ operand: UnsafeMutableRawPointer, _ begin: UnsafeMutablePointer<Int>
  ) {
    guard level < levels else {
      var offset = 0
      for axis in 0..<rank {
        guard begin[axis] >= 0, begin[axis] < limits.integers[axis] else { return }
        offset &+= begin[axis] &* target.integers[axis]
      }
      return row(updates, operand + offset, 1)
    }
    let axis = axes.integers[level]
    for index in 0..<sizes.integers[level] {
      begin[axis] &+= index
      descend(level &+ 1, row, updates + index &* source.integers[level], operand, begin)
      begin[axis] &-= index
    }
  }
}

import TFLite

extension OpKernel {
  static let gather = OpKernel { preparation in
    let (input, positions) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    let (axis, batch) = try preparation.gatherAxes(input, positions)
    var shape = Array(input.shape[..<axis])
    shape += positions.shape[batch...]
    shape += input.shape[(axis + 1)...]
    try preparation.setShape(shape)
    let limit = input.shape[axis]
    if input.type == .string {
      try preparation.require(
        input.rank == 1, "a tensor of strings has \(input.rank) dimensions, expected 1")
      return .once {
        try Strings.gather(output.count, of: input, into: output) {
          try RunOffsets.checked(positions.integer($0) ?? 0, limit)
        }
      }
    }
    let run = try preparation.rowBytes(input, axis: axis)
    let batches = input.shape[..<batch].reduce(1, *)
    let outer = input.shape[batch..<axis].reduce(1, *)
    let runs = RunOffsets(preparation, count: positions.count, run: run)
    return [
      runs.fill { try RunOffsets.checked(positions.integer($0) ?? 0, limit) &* run }
    ] + runs.gatherStages(input, output, batches: batches, outer: outer, span: limit * run)
  }

  /// As in LiteRT, only the place that the indices lead to is checked, not each index.
  static let gatherND = OpKernel { preparation in
    let (input, indices) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    try preparation.requireType(indices, .int16, .int32, .int64, what: "indices")
    try preparation.require(
      input.rank > 0 && indices.rank > 0 && indices.size(-1) <= input.rank,
      "indices of shape \(indices.shape) do not fit \(input.shape)")
    try preparation.requireEqualTypes(input, output)
    try preparation.require(
      input.count > 0 || indices.count == 0, "there are indices, but the input is empty")
    let depth = indices.size(-1)
    try preparation.setShape(indices.shape.dropLast() + input.shape[depth...])
    let bytes = try preparation.elementBytes(input)
    let path = IndexPath(
      indices, depth: depth, shape: input.shape, allowsNegative: false, elementBytes: bytes)
    if input.type == .string {
      let slice = input.shape[depth...].reduce(1, *)
      return .once {
        try Strings.gather(output.count, of: input, into: output) {
          try path.offset($0 / max(slice, 1)) / bytes &+ $0 % max(slice, 1)
        }
      }
    }
    let count = indices.shape.dropLast().reduce(1, *)
    let runs = RunOffsets(preparation, count: count, run: path.run)
    return [runs.fill { try path.offset($0) }]
      + runs.gatherStages(input, output, batches: 1, outer: 1, span: 0)
  }
}

extension Preparation {
  /// Returns the bytes of the elements that an index stands for. LiteRT mixes rows of int4 that begin
  /// within a byte, and those along other axes than the first.
  fileprivate func rowBytes(_ input: Value, axis: Int) throws -> Int {
    let elements = input.shape[(axis + 1)...].reduce(1, *)
    guard input.type == .int4 else { return elements * (try elementBytes(input)) }
    guard axis == 0, elements % 2 == 0 else {
      throw OperatorFault.unsupported("there is no kernel for rows of int4 within bytes")
    }
    return elements / 2
  }

  /// Returns the axis of GATHER and the number of dimensions before it that input and positions
  /// share.
  fileprivate func gatherAxes(_ input: Value, _ positions: Value) throws -> (Int, Int) {
    try requireType(positions, .int16, .int32, .int64, what: "positions")
    try require(
      input.type == (try output()).type, "the output's type is not \(input.type)")
    let axis = try axis(option(Gather.axis), rank: input.rank)
    var batch = option(Gather.batchDims)
    if batch < 0 { batch += positions.rank }
    try require(
      batch >= 0 && batch <= axis && batch <= positions.rank
        && input.shape.prefix(batch) == positions.shape.prefix(batch),
      "positions \(positions.shape) and input \(input.shape) do not share \(batch) batch dimensions"
    )
    return (axis, batch)
  }
}

/// Rows of a tensor of indices, each the beginning of a path into a dense tensor.
struct IndexPath {
  let indices: Value
  let depth: Int
  /// Bytes of the slice that a path of indices selects.
  let run: Int
  private let strides: ConstantBytes
  private let byteCount: Int
  private let allowsNegative: Bool

  init(
    _ indices: Value, depth: Int, shape: [Int], allowsNegative: Bool, elementBytes: Int
  ) {
    self.indices = indices
    self.depth = depth
    self.allowsNegative = allowsNegative
    run = shape[depth...].reduce(elementBytes, *)
    byteCount = shape.reduce(elementBytes, *)
    strides = ConstantBytes(StridedBox.strides(shape).map { $0 * elementBytes })
  }

  /// Returns the place that a row leads to, in bytes.
  func offset(_ row: Int) throws -> Int {
    var offset = 0
    for level in 0..<depth {
      let index = indices.integer(row &* depth &+ level) ?? 0
      guard allowsNegative || index >= 0 else {
        throw OperatorFault.invalid("the index \(index) is negative")
      }
      offset &+= index &* strides.integers[level]
    }
    guard offset >= 0, offset <= byteCount &- run else {
      throw OperatorFault.invalid("an index is out of bounds")
    }
    return offset
  }
}

/// Places to copy from, in memory of the operator: checked once, then copied by several lanes.
struct RunOffsets {
  let memory: Scratch
  let count: Int
  /// Bytes of each copy.
  let run: Int

  init(_ preparation: Preparation, count: Int, run: Int) {
    memory = preparation.scratch(bytes: count * 8)
    self.count = count
    self.run = run
  }

  static func checked(_ index: Int, _ limit: Int) throws -> Int {
    guard index >= 0, index < limit else {
      throw OperatorFault.invalid("index \(index) is outside \(limit)")
    }
    return index
  }

  /// Computes all offsets.
  func fill(_ offset: @escaping (Int) throws -> Int) -> Stage {
    let (memory, count) = (memory, count)
    return .once {
      let offsets = memory.base.assumingMemoryBound(to: Int.self)
      for index in 0..<count { offsets[index] = try offset(index) }
    }
  }

  /// Copies the runs of each batch from each of its `outer` blocks of `span` bytes.
  func gatherStages(
    _ input: Value, _ output: Value, batches: Int, outer: Int, span: Int
  ) -> [Stage] {
    guard output.byteCount > 0, output.count > 0 else { return [] }
    let (memory, run, each) = (memory, run, count / max(batches, 1))
    let blocks = batches * outer
    let parts = Tiling.parts(
      of: max(blocks, each), operations: max(output.byteCount, 4 * blocks * each))
    return .tiles(parts) { part, _ in
      let offsets = memory.base.assumingMemoryBound(to: Int.self)
      let blockRange =
        blocks >= parts ? Tiling.range(part, of: parts, count: blocks) : 0..<blocks
      let runRange = blocks >= parts ? 0..<each : Tiling.range(part, of: parts, count: each)
      for block in blockRange {
        ScatteredRuns.gather(
          offsets + block / outer &* each, runRange, run: run, from: input.base + block &* span,
          to: output.base + block &* each &* run)
      }
    }
  }
}

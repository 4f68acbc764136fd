import TFLite

/// Operators that put every element elsewhere.
extension OpKernel {
  static let transpose = OpKernel { preparation in
    let input = try preparation.input(0)
    let listed = try preparation.integers(1)
    let order = try listed.map { try preparation.axis($0, rank: input.rank) }
    try preparation.require(
      order.count == input.rank && Set(order).count == input.rank,
      "\(listed) is not a permutation of \(input.rank) dimensions")
    try preparation.setShape(order.map { input.shape[$0] })
    return try preparation.move(.transposed(input.shape, order))
  }

  static let spaceToDepth = OpKernel { preparation in
    let input = try preparation.input(0)
    let block = preparation.option(SpaceToDepth.blockSize)
    try preparation.require(input.rank == 4, "\(input.rank) dimensions, expected 4")
    try preparation.require(
      block > 0 && input.shape[1] % block == 0 && input.shape[2] % block == 0,
      "an image of \(input.shape[1]) × \(input.shape[2]) has no whole blocks of \(block)")
    let (batches, height, width, depth) = (
      input.shape[0], input.shape[1] / block, input.shape[2] / block, input.shape[3]
    )
    try preparation.setShape([batches, height, width, depth * block * block])
    return try preparation.move(
      .transposed([batches, height, block, width, block, depth], [0, 1, 3, 2, 4, 5]))
  }

  static let depthToSpace = OpKernel { preparation in
    let input = try preparation.input(0)
    let block = preparation.option(DepthToSpace.blockSize)
    try preparation.require(input.rank == 4, "\(input.rank) dimensions, expected 4")
    try preparation.require(
      block > 0 && input.shape[3] % (block * block) == 0,
      "\(input.shape[3]) channels do not fit blocks of \(block)")
    let (batches, height, width, depth) = (
      input.shape[0], input.shape[1], input.shape[2], input.shape[3] / (block * block)
    )
    try preparation.setShape([batches, height * block, width * block, depth])
    return try preparation.move(
      .transposed([batches, height, width, block, block, depth], [0, 1, 3, 2, 4, 5]))
  }

  static let reverseV2 = OpKernel { preparation in
    let input = try preparation.input(0)
    let axes = try preparation.integers(1).map { try preparation.axis($0, rank: input.rank) }
    try preparation.require(Set(axes).count == axes.count, "the axes \(axes) repeat one")
    try preparation.setShape(input.shape)
    let dense = StridedBox.strides(input.shape)
    var box = StridedBox(sizes: input.shape, source: dense, target: dense)
    for axis in axes {
      box.sourceOffset += (input.shape[axis] - 1) * dense[axis]
      box.source[axis] = -dense[axis]
    }
    return try preparation.move(box)
  }

  static let reverseSequence = OpKernel { preparation in
    let (input, lengths) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    let rank = input.rank
    let sequence = try preparation.axis(
      preparation.option(ReverseSequence.sequenceAxis), rank: rank)
    let batch = try preparation.axis(preparation.option(ReverseSequence.batchAxis), rank: rank)
    try preparation.requireType(lengths, .int32, .int64, what: "sequence lengths")
    try preparation.require(sequence != batch, "the axes of sequence and batch are the same")
    try preparation.require(
      lengths.count == input.shape[batch],
      "there are \(lengths.count) lengths for \(input.shape[batch]) sequences")
    try preparation.setShape(input.shape)
    let bytes = try preparation.elementBytes(input)
    let loops = SequenceLoops(input.shape, batch: batch, sequence: sequence, elementBytes: bytes)
    return [.once { try loops.reverse(from: input, lengths: lengths, to: output) }]
  }
}

/// The loops around the two axes of REVERSE_SEQUENCE; strides in bytes.
private struct SequenceLoops {
  let outer: (count: Int, stride: Int)
  let middle: (count: Int, stride: Int)
  let batch: (count: Int, stride: Int)
  let sequence: (count: Int, stride: Int)
  let run: Int

  init(_ shape: [Int], batch: Int, sequence: Int, elementBytes: Int) {
    let strides = StridedBox.strides(shape).map { $0 * elementBytes }
    let (first, last) = (min(batch, sequence), max(batch, sequence))
    outer = (shape[..<first].reduce(1, *), strides[first] * shape[first])
    middle = (shape[(first + 1)..<last].reduce(1, *), strides[last] * shape[last])
    self.batch = (shape[batch], strides[batch])
    self.sequence = (shape[sequence], strides[sequence])
    run = strides[last]
  }

  func reverse(from input: Value, lengths: Value, to output: Value) throws {
    for entry in 0..<batch.count {
      let length = lengths.integer(entry) ?? 0
      guard length >= 0, length <= sequence.count else {
        throw OperatorFault.invalid(
          "a sequence length is \(length), beyond \(sequence.count) elements")
      }
      for outerIndex in 0..<outer.count {
        for middleIndex in 0..<middle.count {
          let offset =
            outerIndex &* outer.stride &+ middleIndex &* middle.stride &+ entry &* batch.stride
          for step in 0..<sequence.count {
            let from = step < length ? length &- 1 &- step : step
            (output.base + (offset &+ step &* sequence.stride)).copyMemory(
              from: input.base + (offset &+ from &* sequence.stride), byteCount: run)
          }
        }
      }
    }
  }
}

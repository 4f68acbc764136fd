/// The reason why a sparse tensor cannot be decoded.
package enum SparsityFault: Error, Equatable, Sendable {
  /// The encoding contradicts the tensor's shape or itself.
  case malformed(String)
  /// The dense tensor would take more memory than allowed.
  case tooLarge(bytes: Int, limit: Int)
}

/// Decodes the TFLite sparse encoding into the dense tensor: a traversal order, a block map and the
/// description of one dimension for each level of the traversal.
///
/// Source: SparsityParameters in tensorflow/lite/schema/schema.fbs.
package struct SparseDecoder: Sendable {
  /// One level of the traversal, outermost first.
  private struct Level {
    var size: Int
    /// Elements of the dense tensor between neighbours along this level.
    var stride: Int
    /// Nil for a dense level.
    var segments: [Int32]?
    var indices: [Int32] = []
  }

  private var levels: [Level] = []
  package let elementSize: Int
  /// Bytes of the dense tensor.
  package let denseCount: Int
  private let storedCount: Int

  /// Checks the encoding of `tensor` with `storedBytes` of data against its shape.
  package init(_ tensor: Tensor, storedBytes: Int) throws(SparsityFault) {
    guard let sparsity = tensor.sparsity, let bits = tensor.type.bits, bits % 8 == 0,
      let shape = tensor.shape, let elements = tensor.elementCount, elements > 0,
      let bytes = tensor.type.byteCount(elements: elements)
    else { throw .malformed("the tensor's type or shape cannot be sparse") }
    elementSize = bits / 8
    denseCount = bytes
    storedCount = storedBytes / elementSize
    let order = (sparsity.traversalOrder ?? []).map(Int.init)
    let blocks = (sparsity.blockMap ?? []).map(Int.init)
    let rank = shape.count
    guard order.count == rank + blocks.count, sparsity.dimensions.count == order.count,
      order.sorted() == Array(0..<order.count), blocks.allSatisfy({ (0..<rank).contains($0) }),
      Set(blocks).count == blocks.count
    else { throw .malformed("traversal order, block map and dimensions do not fit the shape") }
    try readLevels(sparsity, order, blocks, shape.map(Int.init))
    try check()
  }

  private mutating func readLevels(
    _ sparsity: Sparsity, _ order: [Int], _ blocks: [Int], _ shape: [Int]
  ) throws(SparsityFault) {
    var strides = [Int](repeating: 1, count: shape.count)
    for d in stride(from: shape.count - 2, through: 0, by: -1) {
      strides[d] = strides[d + 1] * shape[d + 1]
    }
    var blockSizes = [Int](repeating: 1, count: shape.count)
    for (level, d) in order.enumerated() where d >= shape.count {
      let size = Int(sparsity.dimensions[level].denseSize)
      let axis = blocks[d - shape.count]
      guard sparsity.dimensions[level].format == 0, size > 0, shape[axis] % size == 0 else {
        throw .malformed("a block of \(size) does not divide dimension \(axis)")
      }
      blockSizes[axis] = size
    }
    for (level, d) in order.enumerated() {
      let axis = d < shape.count ? d : blocks[d - shape.count]
      let size = d < shape.count ? shape[axis] / blockSizes[axis] : blockSizes[axis]
      let step = d < shape.count ? strides[axis] * blockSizes[axis] : strides[axis]
      let dimension = sparsity.dimensions[level]
      guard dimension.format == 0 else {
        levels.append(
          Level(
            size: size, stride: step, segments: dimension.segments?.values ?? [],
            indices: dimension.indices?.values ?? []))
        continue
      }
      guard Int(dimension.denseSize) == size else {
        throw .malformed(
          "dimension \(axis) has \(size) entries, but \(dimension.denseSize) in the sparse encoding"
        )
      }
      levels.append(Level(size: size, stride: step))
    }
  }

  /// Throws unless every segment and index is in range and there are as many values as positions of
  /// the innermost level.
  private func check() throws(SparsityFault) {
    var positions = 1
    for level in levels {
      guard let segments = level.segments else {
        let (product, overflow) = positions.multipliedReportingOverflow(by: level.size)
        guard !overflow, product <= denseCount / elementSize else {
          throw .malformed("more positions than elements")
        }
        positions = product
        continue
      }
      guard segments.count == positions + 1, segments.first == 0,
        segments.last.map(Int.init) == level.indices.count,
        zip(segments, segments.dropFirst()).allSatisfy({ $0 <= $1 }),
        level.indices.allSatisfy({ (0..<level.size).contains(Int($0)) })
      else { throw .malformed("segments and indices contradict each other") }
      positions = level.indices.count
    }
    guard positions <= storedCount else {
      throw .malformed("\(positions) values are needed, \(storedCount) are stored")
    }
  }

  /// Returns the dense tensor's bytes; what is not stored is zero.
  package func decoded(_ stored: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: denseCount) { target, count in
      if let to = target.baseAddress {
        decode(stored.baseAddress ?? UnsafeRawPointer(to), into: UnsafeMutableRawPointer(to))
      }
      count = denseCount
    }
  }

  /// Fills `denseCount` bytes.
  package func decode(_ stored: UnsafeRawPointer, into dense: UnsafeMutableRawPointer) {
    dense.initializeMemory(as: UInt8.self, repeating: 0, count: denseCount)
    walk(0, 0, 0, stored, dense)
  }

  private func walk(
    _ level: Int, _ position: Int, _ offset: Int, _ stored: UnsafeRawPointer,
    _ dense: UnsafeMutableRawPointer
  ) {
    guard level < levels.count else {
      return (dense + offset * elementSize).copyMemory(
        from: stored + position * elementSize, byteCount: elementSize)
    }
    let (size, stride) = (levels[level].size, levels[level].stride)
    guard levels[level].segments != nil else {
      for index in 0..<size {
        walk(level + 1, position * size + index, offset + index * stride, stored, dense)
      }
      return
    }
    let (start, end) = (levels[level].segments?[position], levels[level].segments?[position + 1])
    for place in Int(start ?? 0)..<Int(end ?? 0) {
      let index = Int(levels[level].indices[place])
      walk(level + 1, place, offset + index * stride, stored, dense)
    }
  }
}

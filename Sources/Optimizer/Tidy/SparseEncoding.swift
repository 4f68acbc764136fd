import TFLite

/// TFLite's sparse encoding of a dense constant, as the converter writes it
/// (`EXPERIMENTAL_SPARSITY`). All axes are dense except the last, which stores only nonzero
/// elements or blocks.
struct SparseEncoding {
  let sparsity: Sparsity
  let values: [UInt8]

  var byteCount: Int { values.count + sparsity.byteCount }

  /// `dense` in row-major order; `block` must divide the last dimension.
  init(_ dense: [UInt8], elementSize: Int, shape: [Int], block: Int) {
    let columns = shape.last ?? 1
    let rows = dense.count / max(1, columns * elementSize)
    let width = block * elementSize
    var values: [UInt8] = []
    var segments: [Int32] = [0]
    var indices: [Int32] = []
    for row in 0..<rows {
      for place in 0..<columns / block {
        let start = (row * columns + place * block) * elementSize
        guard dense[start..<start + width].contains(where: { $0 != 0 }) else { continue }
        values += dense[start..<start + width]
        indices.append(Int32(place))
      }
      segments.append(Int32(indices.count))
    }
    self.values = values
    var sparsity = Sparsity()
    let isBlocked = block > 1
    sparsity.traversalOrder = (0..<Int32(shape.count + (isBlocked ? 1 : 0))).map(\.self)
    sparsity.blockMap = isBlocked ? [Int32(shape.count - 1)] : []
    sparsity.dimensions = shape.dropLast().map(Self.dense)
    var compressed = DimensionMetadata()
    compressed.format = 1
    (compressed.segmentsType, compressed.segments) = Self.vector(segments)
    (compressed.indicesType, compressed.indices) = Self.vector(indices)
    sparsity.dimensions.append(compressed)
    if isBlocked { sparsity.dimensions.append(Self.dense(block)) }
    self.sparsity = sparsity
  }

  private static func dense(_ size: Int) -> DimensionMetadata {
    var dimension = DimensionMetadata()
    dimension.denseSize = Int32(size)
    return dimension
  }

  /// Returns the indices in the narrowest type that holds them all.
  private static func vector(_ values: [Int32]) -> (type: UInt8, vector: SparseIndexVector) {
    let most = values.max() ?? 0
    if most <= 255 { return (3, .uint8(values.map(UInt8.init))) }
    if most <= 65535 { return (2, .uint16(values.map(UInt16.init))) }
    return (1, .int32(values))
  }
}

extension SparseEncoding {
  /// Returns how many blocks are nonzero, and the most bytes that values and index vectors take.
  static func size(
    of dense: [UInt8], elementSize: Int, columns: Int, block: Int
  ) -> (blocks: Int, bytes: Int) {
    let width = block * elementSize
    var blocks = 0
    dense.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: width)
      where bytes[start..<start + width].contains(where: { $0 != 0 }) { blocks += 1 }
    }
    func indexSize(_ most: Int) -> Int { most <= 255 ? 1 : most <= 65535 ? 2 : 4 }
    let rows = dense.count / (columns * elementSize)
    let indices = blocks * indexSize(columns / block - 1) + (rows + 1) * indexSize(blocks)
    return (blocks, blocks * width + indices)
  }
}

extension Model {
  /// Returns a DENSIFY operator that makes the constant from its sparse encoding.
  mutating func densify(_ id: TensorID, _ encoding: SparseEncoding, buffer: UInt32) -> Operator {
    var stored = self[id]
    stored.name = stored.name?.appending("_sparse")
    stored.buffer = buffer
    stored.sparsity = encoding.sparsity
    let source = append(stored, to: id.subgraph)
    self[id].buffer = 0
    var densify = Operator()
    densify.opcodeIndex = code(for: .densify, version: 1)
    densify.inputs = [Int32(source.index)]
    densify.outputs = [Int32(id.index)]
    return densify
  }

  /// Inserts the operators that make a constant before the first operator that reads it.
  mutating func insertDecoders(_ decoders: [TensorID: Operator]) {
    for subgraph in subgraphs.indices {
      let graph = Graph(self, subgraph: subgraph)
      var inserted: [Int: [Operator]] = [:]
      for (id, entry) in decoders.sorted(by: { $0.key < $1.key }) where id.subgraph == subgraph {
        let first = graph.uses[id.index].map(\.operation).min() ?? 0
        inserted[first, default: []].append(entry)
      }
      guard !inserted.isEmpty else { continue }
      rewriteOperators(of: subgraph) { index, old in
        (inserted[index] ?? []).map { .insert($0) } + [.keep(old)]
      }
    }
  }
}

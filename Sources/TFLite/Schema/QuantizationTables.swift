import FlatBuffers

/// QuantizationParameters: real = scale × (q − zero point).
package struct Quantization: Table, Equatable, Sendable {
  package var min: [Float]?
  package var max: [Float]?
  package var scale: [Float]?
  package var zeroPoint: [Int64]?
  package var detailsType: UInt8 = 0
  package var details: QuantizationDetails?
  /// The axis of `scale` when it has more than one value.
  package var quantizedDimension: Int32 = 0

  package init() {}

  /// Zero points are 0, as many as scales, which the runtime demands.
  package init(symmetric scales: [Float], axis: Int = 0) {
    scale = scales
    zeroPoint = [Int64](repeating: 0, count: scales.count)
    quantizedDimension = Int32(axis)
  }

  package mutating func visit(_ v: inout Visitor) {
    v.vector(0, "min", &min)
    v.vector(1, "max", &max)
    v.vector(2, "scale", &scale)
    v.vector(3, "zero_point", &zeroPoint)
    v.scalar(4, "details_type", &detailsType)
    v.details(5, &details, detailsType)
    v.scalar(6, "quantized_dimension", &quantizedDimension)
  }

  /// Zero points are 0. The runtime's kernels read scales as float16.
  package init(block: Int, scales: TensorID) {
    var blocks = BlockwiseQuantization()
    blocks.scales = Int32(scales.index)
    blocks.zeroPoints = -1
    blocks.blockSize = Int32(block)
    details = .blockwise(blocks)
    detailsType = QuantizationDetails.blockwiseType
  }

  /// The elements of a row that share a scale; nil where scales are those of channels or the tensor.
  package var block: Int? {
    guard case .blockwise(let blocks) = details else { return nil }
    return Int(blocks.blockSize)
  }

  /// The converter writes an empty table for tensors that are not quantized.
  package var isQuantized: Bool { scale?.isEmpty == false || details != nil }

  /// Floats compare by bit pattern: NaN equals itself, −0 differs from 0.
  package static func == (a: Quantization, b: Quantization) -> Bool {
    a.min.sameBits(b.min) && a.max.sameBits(b.max) && a.scale.sameBits(b.scale)
      && a.zeroPoint == b.zeroPoint && a.detailsType == b.detailsType && a.details == b.details
      && a.quantizedDimension == b.quantizedDimension
  }
}

extension [Float]? {
  fileprivate func sameBits(_ other: [Float]?) -> Bool {
    guard let self, let other else { return self == nil && other == nil }
    return self.elementsEqual(other) { $0.bitPattern == $1.bitPattern }
  }
}

/// The union QuantizationDetails.
package enum QuantizationDetails: Equatable, Sendable {
  case custom(CustomQuantization)
  case blockwise(BlockwiseQuantization)
  case multiAxis(MultiAxisQuantization)

  /// The union's number for `blockwise`.
  static let blockwiseType: UInt8 = 2
}

package struct CustomQuantization: Table, Equatable, Sendable {
  package var custom: [UInt8]?

  package init() {}

  package mutating func visit(_ v: inout Visitor) { v.vector(0, "custom", &custom, alignment: 16) }
}

package struct BlockwiseQuantization: Table, Equatable, Sendable {
  /// Tensor indices of the same subgraph.
  package var scales: Int32 = 0
  package var zeroPoints: Int32 = 0
  package var blockSize: Int32 = 0
  /// Newer than schema.fbs, present in the runtime of LiteRT 2.3.
  package var blockShape: [Int32]?

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "scales", &scales)
    v.scalar(1, "zero_points", &zeroPoints)
    v.scalar(2, "block_size", &blockSize)
    v.vector(3, "block_shape", &blockShape)
  }
}

package struct MultiAxisQuantization: Table, Equatable, Sendable {
  package var scales: Int32 = 0
  package var zeroPoints: Int32 = 0
  package var blockSize: Int32 = 0
  package var quantizedDimensions: [Int32]?

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "scales", &scales)
    v.scalar(1, "zero_points", &zeroPoints)
    v.scalar(2, "block_size", &blockSize)
    v.vector(3, "quantized_dimensions", &quantizedDimensions)
  }
}

/// SparsityParameters: how a constant's non-zero values are stored.
package struct Sparsity: Table, Hashable, Sendable {
  package var traversalOrder: [Int32]?
  package var blockMap: [Int32]?
  package var dimensions: [DimensionMetadata] = []
  var absent: UInt16 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.vector(0, "traversal_order", &traversalOrder)
    v.vector(1, "block_map", &blockMap)
    v.tables(2, "dim_metadata", &dimensions, absent: &absent)
  }
}

package struct DimensionMetadata: Table, Hashable, Sendable {
  /// 0 DENSE, 1 SPARSE_CSR.
  package var format: Int8 = 0
  package var denseSize: Int32 = 0
  package var segmentsType: UInt8 = 0
  package var segments: SparseIndexVector?
  package var indicesType: UInt8 = 0
  package var indices: SparseIndexVector?

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "format", &format)
    v.scalar(1, "dense_size", &denseSize)
    v.scalar(2, "array_segments_type", &segmentsType)
    v.sparseIndices(3, "array_segments", &segments, segmentsType)
    v.scalar(4, "array_indices_type", &indicesType)
    v.sparseIndices(5, "array_indices", &indices, indicesType)
  }
}

/// The union SparseIndexVector.
package enum SparseIndexVector: Hashable, Sendable {
  case int32([Int32]?)
  case uint16([UInt16]?)
  case uint8([UInt8]?)

  package var values: [Int32] {
    switch self {
    case .int32(let values): values ?? []
    case .uint16(let values): values?.map(Int32.init) ?? []
    case .uint8(let values): values?.map(Int32.init) ?? []
    }
  }

  package var byteCount: Int {
    switch self {
    case .int32(let values): 4 * (values?.count ?? 0)
    case .uint16(let values): 2 * (values?.count ?? 0)
    case .uint8(let values): values?.count ?? 0
    }
  }
}

extension Visitor {
  fileprivate mutating func details(
    _ slot: Int, _ details: inout QuantizationDetails?, _ tag: UInt8
  ) {
    let isPresent = details != nil
    let found: Bool
    switch tag {
    case 1:
      var custom = CustomQuantization()
      if case .custom(let value) = details { custom = value }
      found = union(slot, "details", isPresent: isPresent) { custom.visit(&$0) }
      details = found ? .custom(custom) : nil
    case 2:
      var blockwise = BlockwiseQuantization()
      if case .blockwise(let value) = details { blockwise = value }
      found = union(slot, "details", isPresent: isPresent) { blockwise.visit(&$0) }
      details = found ? .blockwise(blockwise) : nil
    case 3:
      var multiAxis = MultiAxisQuantization()
      if case .multiAxis(let value) = details { multiAxis = value }
      found = union(slot, "details", isPresent: isPresent) { multiAxis.visit(&$0) }
      details = found ? .multiAxis(multiAxis) : nil
    default:
      refuseUnionMember(slot, "details", tag: tag)
    }
  }

  fileprivate mutating func sparseIndices(
    _ slot: Int, _ name: StaticString, _ indices: inout SparseIndexVector?, _ tag: UInt8
  ) {
    let isPresent = indices != nil
    switch tag {
    case 1:
      var values: [Int32]?
      if case .int32(let stored) = indices { values = stored }
      let found = union(slot, name, isPresent: isPresent) { $0.vector(0, "values", &values) }
      indices = found ? .int32(values) : nil
    case 2:
      var values: [UInt16]?
      if case .uint16(let stored) = indices { values = stored }
      let found = union(slot, name, isPresent: isPresent) { $0.vector(0, "values", &values) }
      indices = found ? .uint16(values) : nil
    case 3:
      var values: [UInt8]?
      if case .uint8(let stored) = indices { values = stored }
      let found = union(slot, name, isPresent: isPresent) { $0.vector(0, "values", &values) }
      indices = found ? .uint8(values) : nil
    default:
      refuseUnionMember(slot, name, tag: tag)
    }
  }
}

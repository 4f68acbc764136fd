import FlatBuffers

/// QuantizationParameters: real = scale × (q − zero point).
public struct Quantization: Table, Equatable, Sendable {
  public var min: [Float]?
  public var max: [Float]?
  public var scale: [Float]?
  public var zeroPoint: [Int64]?
  public var detailsType: UInt8 = 0
  public var details: QuantizationDetails?
  /// The axis of `scale` when it has more than one value.
  public var quantizedDimension: Int32 = 0

  public init() {}

  public mutating func visit(_ v: inout Visitor) {
    v.vector(0, "min", &min)
    v.vector(1, "max", &max)
    v.vector(2, "scale", &scale)
    v.vector(3, "zero_point", &zeroPoint)
    v.scalar(4, "details_type", &detailsType)
    v.details(5, &details, detailsType)
    v.scalar(6, "quantized_dimension", &quantizedDimension)
  }

  /// The converter writes an empty table for tensors that are not quantized.
  public var isQuantized: Bool { scale?.isEmpty == false || details != nil }

  /// Floats compare by bit pattern: NaN equals itself, −0 differs from 0.
  public static func == (a: Quantization, b: Quantization) -> Bool {
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
public enum QuantizationDetails: Equatable, Sendable {
  case custom(CustomQuantization)
  case blockwise(BlockwiseQuantization)
  case multiAxis(MultiAxisQuantization)
}

public struct CustomQuantization: Table, Equatable, Sendable {
  public var custom: [UInt8]?

  public init() {}

  public mutating func visit(_ v: inout Visitor) { v.vector(0, "custom", &custom, alignment: 16) }
}

public struct BlockwiseQuantization: Table, Equatable, Sendable {
  /// Tensor indices of the same subgraph.
  public var scales: Int32 = 0
  public var zeroPoints: Int32 = 0
  public var blockSize: Int32 = 0
  /// Newer than schema.fbs, present in the runtime of LiteRT 2.3.
  public var blockShape: [Int32]?

  public init() {}

  public mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "scales", &scales)
    v.scalar(1, "zero_points", &zeroPoints)
    v.scalar(2, "block_size", &blockSize)
    v.vector(3, "block_shape", &blockShape)
  }
}

public struct MultiAxisQuantization: Table, Equatable, Sendable {
  public var scales: Int32 = 0
  public var zeroPoints: Int32 = 0
  public var blockSize: Int32 = 0
  public var quantizedDimensions: [Int32]?

  public init() {}

  public mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "scales", &scales)
    v.scalar(1, "zero_points", &zeroPoints)
    v.scalar(2, "block_size", &blockSize)
    v.vector(3, "quantized_dimensions", &quantizedDimensions)
  }
}

/// SparsityParameters: how a constant's non-zero values are stored.
public struct Sparsity: Table, Hashable, Sendable {
  public var traversalOrder: [Int32]?
  public var blockMap: [Int32]?
  public var dimensions: [DimensionMetadata] = []
  var absent: UInt16 = 0

  public init() {}

  public mutating func visit(_ v: inout Visitor) {
    v.vector(0, "traversal_order", &traversalOrder)
    v.vector(1, "block_map", &blockMap)
    v.tables(2, "dim_metadata", &dimensions, absent: &absent)
  }
}

public struct DimensionMetadata: Table, Hashable, Sendable {
  /// 0 DENSE, 1 SPARSE_CSR.
  public var format: Int8 = 0
  public var denseSize: Int32 = 0
  public var segmentsType: UInt8 = 0
  public var segments: SparseIndexVector?
  public var indicesType: UInt8 = 0
  public var indices: SparseIndexVector?

  public init() {}

  public mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "format", &format)
    v.scalar(1, "dense_size", &denseSize)
    v.scalar(2, "array_segments_type", &segmentsType)
    v.sparseIndices(3, "array_segments", &segments, segmentsType)
    v.scalar(4, "array_indices_type", &indicesType)
    v.sparseIndices(5, "array_indices", &indices, indicesType)
  }
}

/// The union SparseIndexVector.
public enum SparseIndexVector: Hashable, Sendable {
  case int32([Int32]?)
  case uint16([UInt16]?)
  case uint8([UInt8]?)

  public var values: [Int32] {
    switch self {
    case .int32(let values): values ?? []
    case .uint16(let values): values?.map(Int32.init) ?? []
    case .uint8(let values): values?.map(Int32.init) ?? []
    }
  }

  public var byteCount: Int {
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

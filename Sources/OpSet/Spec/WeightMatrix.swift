import TFLite

/// How a constant operand is a matrix: a row for each output channel (or row of a table), a column
/// for each weight that is added up for it.
///
/// Columns go by tap (row-major) × input channel, as `ProductInputRows` gives the input.
public struct WeightMatrix: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// Elements of the tensor between neighbours of a column, and of a row.
  public let rowStride: Int
  public let columnStride: Int
  /// Consecutive columns that are the input channels of one tap.
  public let channels: Int

  /// Nil for operands that are no such matrix: of recurrent and of elementwise operators.
  public init?(
    _ kind: BuiltinOperator, operand: Int, options: Options?, shape: [Int]
  ) {
    guard let first = shape.first, let last = shape.last, !shape.contains(where: { $0 <= 0 })
    else { return nil }
    let elements = shape.reduce(1, *)
    switch (kind, operand, shape.count) {
    case (.conv2D, 1, 4), (.transposeConv, 1, 4), (.fullyConnected, 1, 2):
      (rows, columns) = (first, elements / first)
      (rowStride, columnStride, channels) = (columns, 1, last)
    case (.depthwiseConv2D, 1, 4):
      (rows, columns) = (last, elements / last)
      (rowStride, columnStride, channels) = (1, last, 1)
    case (.conv3D, 1, 5):
      (rows, columns) = (last, elements / last)
      (rowStride, columnStride, channels) = (1, last, shape[3])
    case (.batchMatMul, 1, 2...):
      // One matrix for all batches.
      let isTransposed = options?[BatchMatMul.adjointY] ?? false
      let depth = shape[shape.count - (isTransposed ? 1 : 2)]
      rows = shape[shape.count - (isTransposed ? 2 : 1)]
      guard elements == rows * depth else { return nil }
      columns = depth
      channels = depth
      (rowStride, columnStride) = isTransposed ? (depth, 1) : (1, rows)
    case (.embeddingLookup, 1, 2...), (.gather, 0, 2):
      (rows, columns) = (first, elements / first)
      (rowStride, columnStride, channels) = (columns, 1, columns)
    default:
      return nil
    }
  }

  /// Whether every input channel has filters of its own.
  public var isDepthwise: Bool { channels == 1 && rowStride == 1 }
}

import TFLite

/// The matrix of a constant operand: a row for each output channel (or row of a table), a column
/// for each weight that is summed for it.
///
/// Columns are ordered by tap (row-major) × input channel, as `ProductInputRows` gives the input.
package struct WeightMatrix: Hashable, Sendable {
  package let rows: Int
  package let columns: Int
  /// Elements of the tensor between neighbours of a column, and of a row.
  package let rowStride: Int
  package let columnStride: Int
  /// Consecutive columns that are the input channels of one tap.
  package let channels: Int
  /// Whether every input channel has filters of its own.
  package let isDepthwise: Bool

  /// Returns nil for a shape that is no such matrix.
  package init?(_ geometry: ProductGeometry, options: Options?, shape: [Int]) {
    guard let first = shape.first, let last = shape.last, !shape.contains(where: { $0 <= 0 })
    else { return nil }
    let elements = shape.reduce(1, *)
    isDepthwise = geometry.isDepthwise
    switch geometry.layout {
    case .outputFirst(let rank):
      guard shape.count == rank else { return nil }
      (rows, columns) = (first, elements / first)
      (rowStride, columnStride, channels) = (columns, 1, last)
    case .outputLast(let rank):
      guard shape.count == rank else { return nil }
      (rows, columns) = (last, elements / last)
      (rowStride, columnStride, channels) = (1, last, shape[rank - 2])
    case .depthwise(let rank):
      guard shape.count == rank else { return nil }
      (rows, columns) = (last, elements / last)
      (rowStride, columnStride, channels) = (1, last, 1)
    case .table(let ranks):
      guard ranks.contains(shape.count) else { return nil }
      (rows, columns) = (first, elements / first)
      (rowStride, columnStride, channels) = (columns, 1, columns)
    case .lastAxes(let transposed):
      guard shape.count >= 2 else { return nil }
      let isTransposed = options?[transposed] ?? false
      let depth = shape[shape.count - (isTransposed ? 1 : 2)]
      rows = shape[shape.count - (isTransposed ? 2 : 1)]
      guard elements == rows * depth else { return nil }
      columns = depth
      channels = depth
      (rowStride, columnStride) = isTransposed ? (depth, 1) : (1, rows)
    }
  }

  /// The element of the tensor at a row and column.
  package func index(_ row: Int, _ column: Int) -> Int {
    row &* rowStride &+ column &* columnStride
  }

  /// The row and column of an element of the tensor.
  package func place(of element: Int) -> (row: Int, column: Int) {
    (element / rowStride % rows, element / columnStride % columns)
  }

  /// Returns which of `count` input values, ordered by tap × input channel, an element multiplies.
  package func input(_ row: Int, _ column: Int, of count: Int) -> Int {
    let inputs = count / max(1, columns / channels)
    let rowsPerGroup = max(1, rows / max(1, inputs / channels))
    return column / channels * inputs + row / rowsPerGroup * channels + column % channels
  }

  /// Groups of input channels with filters of their own, as the weight's shape tells. A grouped
  /// convolution shows only with its input.
  package var groups: Int { isDepthwise ? rows : 1 }
}

import OpSet
import Platform
import TFLite

/// Tells whether the kernels' sums of rows of integer weights overflow (`RowSumLanes`).
struct RowSums {
  private let reader: DataReader
  private let threads: Int
  /// Elements of one matrix; a weight can be several.
  private let matrix: Int
  private let columns: Int
  /// Whether the columns of a row are neighbours; else the rows of a column are.
  private let areRowsWhole: Bool

  /// Returns nil for weights whose rows are too short to overflow. `integers` has one int8 value
  /// per element.
  init?(_ use: FloatConstant.Use, shape: [Int32], integers: DataReader, threads: Int) {
    reader = integers
    self.threads = threads
    let elements = shape.reduce(1) { $0 * Int($1) }
    guard elements > 0, let first = shape.first else { return nil }
    let lastAxes = use.spec?.product.flatMap {
      $0.isMatrixOfLastAxes
        ? WeightMatrix($0, options: use.entry.builtinOptions, shape: shape.suffix(2).map(Int.init))
        : nil
    }
    columns = lastAxes?.columns ?? elements / Int(first)
    matrix = lastAxes.map { $0.rows * $0.columns } ?? elements
    areRowsWhole = lastAxes.map { $0.columnStride == 1 } ?? true
    guard columns >= RowSumLanes.leastColumns else { return nil }
  }

  func overflow() throws -> Bool {
    defer { reader.releaseMemory() }
    return areRowsWhole ? try overflowOfWholeRows() : try overflowOfColumns()
  }

  private func overflowOfWholeRows() throws -> Bool {
    let rows = reader.count / columns
    let step = max(1, (1 << 18) / columns)
    var found = [Result<Bool, any Error>](
      repeating: .success(false), count: (rows + step - 1) / step)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      nonisolated(unsafe) let this = self
      Threads.forEach(found.count, limit: threads) { part in
        let range = part * step..<min(rows, (part + 1) * step)
        found[part] = Result { try this.overflow(ofRows: range) }
      }
    }
    return try found.contains { try $0.get() }
  }

  private func overflow(ofRows rows: Range<Int>) throws -> Bool {
    try reader.withBytes(in: rows.lowerBound * columns..<rows.upperBound * columns) { bytes in
      let weights = bytes.bindMemory(to: Int8.self)
      guard let base = weights.baseAddress else { return false }
      return rows.indices.contains {
        RowSumLanes.overflow(base + ($0 - rows.lowerBound) * columns, columns: columns)
      }
    }
  }

  private func overflowOfColumns() throws -> Bool {
    let rows = matrix / columns
    for start in stride(from: 0, to: reader.count, by: matrix) {
      var lanes = RowSumLanes(rows: rows)
      for column in 0..<columns - columns % RowSumLanes.block {
        let place = start + column * rows
        try reader.withBytes(in: place..<place + rows) { bytes in
          guard let base = bytes.bindMemory(to: Int8.self).baseAddress else { return }
          lanes.add(column: column, base)
        }
      }
      if lanes.overflow { return true }
    }
    return false
  }
}

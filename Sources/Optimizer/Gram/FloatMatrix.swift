/// A row-major matrix of floats with room behind it for kernels that read ahead.
final class FloatMatrix: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let base: UnsafeMutablePointer<Float>

  /// All zero.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    base = .allocate(capacity: rows * columns + 16)
    base.initialize(repeating: 0, count: rows * columns + 16)
  }

  convenience init(copying other: FloatMatrix) {
    self.init(rows: other.rows, columns: other.columns)
    base.update(from: other.base, count: rows * columns)
  }

  static func identity(_ order: Int) -> FloatMatrix {
    let matrix = FloatMatrix(rows: order, columns: order)
    for index in 0..<order { matrix[index][index] = 1 }
    return matrix
  }

  deinit { base.deallocate() }

  subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row &* columns }

  var values: UnsafeMutableBufferPointer<Float> { .init(start: base, count: rows * columns) }
}

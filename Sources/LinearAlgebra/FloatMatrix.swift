/// A row-major matrix of floats, with memory after it for kernels that read ahead.
package final class FloatMatrix: @unchecked Sendable {
  package let rows: Int
  package let columns: Int
  package let base: UnsafeMutablePointer<Float>

  /// Makes a matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    base = .allocate(capacity: rows * columns + 16)
    base.initialize(repeating: 0, count: rows * columns + 16)
  }

  package convenience init(copying other: FloatMatrix) {
    self.init(rows: other.rows, columns: other.columns)
    base.update(from: other.base, count: rows * columns)
  }

  package static func identity(_ order: Int) -> FloatMatrix {
    let matrix = FloatMatrix(rows: order, columns: order)
    for index in 0..<order { matrix[index][index] = 1 }
    return matrix
  }

  deinit { base.deallocate() }

  package subscript(row: Int) -> UnsafeMutablePointer<Float> { base + row &* columns }

  /// The number of zeros.
  package var zeros: Int {
    withExtendedLifetime(self) { values.count { $0 == 0 } }
  }

  package var isFinite: Bool {
    withExtendedLifetime(self) { values.allSatisfy(\.isFinite) }
  }

  /// Valid only while the matrix is referenced: never take it from a temporary.
  package var values: UnsafeMutableBufferPointer<Float> {
    .init(start: base, count: rows * columns)
  }
}

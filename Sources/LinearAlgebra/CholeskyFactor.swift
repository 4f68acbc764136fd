import OpSet

/// A symmetric positive definite matrix as A = L Lᵀ, to solve with.
///
/// Left-looking over blocks of 64 columns: products of blocks run through the kernels in float32,
/// diagonal blocks are factored and inverted in float64. Golub & Van Loan, Matrix Computations, 4.2.
package final class CholeskyFactor {
  package let order: Int
  private let lower: FloatMatrix
  private let products: MatrixProduct
  /// The inverses of L's diagonal blocks.
  private var inverses: [FloatMatrix] = []

  private static let block = 64

  /// Returns nil if the matrix is not positive definite to float32's precision. It reads only the
  /// lower triangle.
  package init?(_ matrix: FloatMatrix, _ products: MatrixProduct) {
    order = matrix.rows
    lower = FloatMatrix(copying: matrix)
    self.products = products
    for first in stride(from: 0, to: order, by: Self.block) {
      let columns = first..<min(first + Self.block, order)
      if first > 0 { subtract(lower, first..<order, columns, from(columns, steps: 0..<first)) }
      guard let inverse = factorDiagonal(columns) else { return nil }
      inverses.append(inverse)
      let weights = MatrixProduct.packed(inverse)
      replace(lower, columns.upperBound..<order, columns, weights)
    }
  }

  /// Solves A x = b for each row b of `rows`, in place.
  package func solve(_ rows: FloatMatrix) {
    let all = 0..<rows.rows
    for (index, inverse) in inverses.enumerated() {
      let columns = columns(index)
      if index > 0 { subtract(rows, all, columns, from(columns, steps: 0..<columns.lowerBound)) }
      replace(rows, all, columns, MatrixProduct.packed(inverse))
    }
    for (index, inverse) in inverses.enumerated().reversed() {
      let columns = columns(index)
      let steps = columns.upperBound..<order
      if !steps.isEmpty { subtract(rows, all, columns, into(columns, steps: steps), at: steps) }
      let weights = PackedWeights(columns: columns.count, steps: columns.count)
      weights.pack(
        inverse.base, columnStride: 1, stepStride: columns.count, stepCount: columns.count)
      replace(rows, all, columns, weights)
    }
  }

  /// Returns A⁻¹, symmetric to the last bit.
  package func inverse() -> FloatMatrix {
    let inverse = FloatMatrix.identity(order)
    solve(inverse)
    for row in 0..<order {
      for column in 0..<row {
        let mean = (inverse[row][column] + inverse[column][row]) / 2
        inverse[row][column] = mean
        inverse[column][row] = mean
      }
    }
    return inverse
  }

  /// Lᵀ.
  package var transposed: FloatMatrix {
    let result = FloatMatrix(rows: order, columns: order)
    for row in 0..<order {
      for column in 0...row { result[column][row] = lower[row][column] }
    }
    return result
  }

  // MARK: Blocks

  private func columns(_ index: Int) -> Range<Int> {
    index * Self.block..<min((index + 1) * Self.block, order)
  }

  /// L's rows `columns`, at the columns `steps`.
  private func from(_ columns: Range<Int>, steps: Range<Int>) -> PackedWeights {
    let weights = PackedWeights(columns: columns.count, steps: steps.count)
    weights.pack(
      lower[columns.lowerBound] + steps.lowerBound, columnStride: order, stepStride: 1,
      stepCount: steps.count)
    return weights
  }

  /// L's columns `columns`, at the rows `steps`.
  private func into(_ columns: Range<Int>, steps: Range<Int>) -> PackedWeights {
    let weights = PackedWeights(columns: columns.count, steps: steps.count)
    weights.pack(
      lower[steps.lowerBound] + columns.lowerBound, columnStride: 1, stepStride: order,
      stepCount: steps.count)
    return weights
  }

  /// matrix(r, columns) −= Σ over steps of matrix(r, step) × weight(column, step).
  private func subtract(
    _ matrix: FloatMatrix, _ rows: Range<Int>, _ columns: Range<Int>, _ weights: PackedWeights,
    at steps: Range<Int> = 0..<0
  ) {
    withProduct(matrix, rows, columns, weights, from: steps.lowerBound) { target, product in
      for column in 0..<columns.count { target[column] -= product[column] }
    }
  }

  /// matrix(r, columns) = Σ over the columns of matrix(r, column) × weight(column′, column).
  private func replace(
    _ matrix: FloatMatrix, _ rows: Range<Int>, _ columns: Range<Int>, _ weights: PackedWeights
  ) {
    withProduct(matrix, rows, columns, weights, from: columns.lowerBound) { target, product in
      target.update(from: product, count: columns.count)
    }
  }

  private func withProduct(
    _ matrix: FloatMatrix, _ rows: Range<Int>, _ columns: Range<Int>, _ weights: PackedWeights,
    from step: Int,
    _ body: @Sendable (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let (products, order) = (products, order)
    products.forEachTile(rows) { rows in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * Self.block) { room in
        guard let room = room.baseAddress else { return }
        products.tile(
          matrix[rows.lowerBound] + step, rows: rows.count, stride: order, weights, into: room,
          resultStride: Self.block)
        for (index, row) in rows.enumerated() {
          body(matrix[row] + columns.lowerBound, room + index * Self.block)
        }
      }
    }
  }

  /// Factors a diagonal block in place and returns the inverse of L there. Returns nil at a pivot
  /// that is not positive.
  private func factorDiagonal(_ range: Range<Int>) -> FloatMatrix? {
    let count = range.count
    var l = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row {
        var sum = Double(lower[range.lowerBound + row][range.lowerBound + column])
        for k in 0..<column { sum -= l[row * count + k] * l[column * count + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          l[row * count + row] = sum.squareRoot()
        } else {
          l[row * count + column] = sum / l[column * count + column]
        }
      }
    }
    var inverse = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      for row in column..<count {
        var sum = row == column ? 1.0 : 0
        for k in column..<row { sum -= l[row * count + k] * inverse[k * count + column] }
        inverse[row * count + column] = sum / l[row * count + row]
      }
    }
    let result = FloatMatrix(rows: count, columns: count)
    for row in 0..<count {
      for column in 0..<count {
        result[row][column] = Float(inverse[row * count + column])
        lower[range.lowerBound + row][range.lowerBound + column] = Float(l[row * count + column])
      }
    }
    return result
  }
}

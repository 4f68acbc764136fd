import Platform

/// The uncentred second moments of the rows that a weight multiplies: XᵀX and the sum of the rows.
/// A row of X is the input that one row of `WeightMatrix` multiplies at one output position
/// (`ProductInputRows`).
///
/// Sums, not means, in float64. One matrix for each group of input channels.
package final class GramMatrix {
  package let groups: Int
  /// Columns of the weight's matrix.
  package let depth: Int
  /// The number of rows that were added.
  package internal(set) var count = 0
  /// Group × depth.
  package internal(set) var sums: [Double]
  /// Group × depth × depth, row-major; both triangles.
  package internal(set) var products: [Double]

  package init(groups: Int, depth: Int) {
    self.groups = groups
    self.depth = depth
    sums = Array(repeating: 0, count: groups * depth)
    products = Array(repeating: 0, count: groups * depth * depth)
  }

  /// Bytes that the matrices take, one for each group of input channels.
  static func byteCount(groups: Int, depth: Int) -> Int { groups * depth * (depth + 1) * 8 }

  /// Whether the matrices of a weight fit into the memory at all.
  package static func fits(groups: Int = 1, depth: Int, in memory: MemoryBudget) -> Bool {
    byteCount(groups: groups, depth: depth) <= memory.matrix
  }

  /// Returns the mean of an input column over all rows.
  package func mean(_ group: Int, _ column: Int) -> Double {
    sums[group * depth + column] / Double(max(count, 1))
  }

  /// Returns E[x²] of an input column.
  package func secondMoment(_ group: Int, _ column: Int) -> Double {
    products[(group * depth + column) * depth + column] / Double(max(count, 1))
  }

  /// Returns XᵀX ÷ n, minus μμᵀ if it is centred, with `damping` × the mean of its diagonal added
  /// to the diagonal.
  package func covariance(_ group: Int, isCentred: Bool = true, damping: Double) -> FloatMatrix {
    let matrix = FloatMatrix(rows: depth, columns: depth)
    let scale = 1 / Double(max(count, 1))
    var trace = 0.0
    let means = (0..<depth).map { isCentred ? mean(group, $0) : 0 }
    for row in 0..<depth {
      let rowMean = means[row]
      let source = (group * depth + row) * depth
      for column in 0..<depth {
        matrix[row][column] = Float(
          products[source + column] * scale - rowMean * means[column])
      }
      trace += max(0, products[source + row] * scale - rowMean * rowMean)
    }
    let added = damping * trace / Double(max(depth, 1))
    for row in 0..<depth {
      matrix[row][row] = Float(max(0, Double(matrix[row][row])) + added)
    }
    return matrix
  }

  /// Returns E[x x̂] of crossed products, less the product of the means if it is centred; transposed: a row for each
  /// column of `gram`, which is of x̂ at the same places.
  package func crossCovariance(
    _ group: Int, with gram: GramMatrix, isCentred: Bool
  ) -> FloatMatrix {
    let matrix = FloatMatrix(rows: depth, columns: depth)
    let scale = 1 / Double(max(count, 1))
    for row in 0..<depth {
      let mean = isCentred ? self.mean(group, row) : 0
      for column in 0..<depth {
        let product = products[(group * depth + row) * depth + column] * scale
        matrix[column][row] = Float(product - mean * gram.mean(group, column))
      }
    }
    return matrix
  }

  /// Returns how much the outputs' means decrease if weights decrease by `fall`: Σ fall × mean, for
  /// each row of the weight.
  package func shift(rows: Int, _ fall: (_ row: Int, _ column: Int) -> Double) -> [Double] {
    (0..<rows).map { row in
      let group = row / max(1, rows / groups)
      return (0..<depth).reduce(0) { $0 + fall(row, $1) * mean(group, $1) }
    }
  }

  /// Adds the other's rows. Sizes must be equal.
  package func add(_ other: GramMatrix) {
    count += other.count
    for index in sums.indices { sums[index] += other.sums[index] }
    for index in products.indices { products[index] += other.products[index] }
  }
}

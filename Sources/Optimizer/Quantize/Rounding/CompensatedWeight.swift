import LinearAlgebra
import OpSet

/// The values of a weight that make the most of inputs which earlier layers changed: min ‖W* X̂ − W X‖² +
/// λ‖W* − W‖², where X̂ are the inputs it gets and X those of the float model.
struct CompensatedWeight {
  /// Of X̂, and of X (rows) with X̂ (columns).
  let gram: GramMatrix
  let cross: GramMatrix
  let isCentred: Bool
  let damping: Double

  /// Zeros stay zeros. Nil where nothing can be solved.
  func values(
    _ values: [Float], _ matrix: WeightMatrix, _ products: MatrixProduct
  ) -> [Float]? {
    let (perGroup, depth) = (matrix.rows / gram.groups, gram.depth)
    var result = values
    for group in 0..<gram.groups {
      let plain = gram.covariance(group, isCentred: isCentred, damping: 0)
      let damped = gram.covariance(group, isCentred: isCentred, damping: damping)
      let added = withExtendedLifetime((plain, damped)) { damped[0][0] - plain[0][0] }
      guard let factor = CholeskyFactor(damped, products) else { return nil }
      let rows = FloatMatrix(rows: perGroup, columns: depth)
      for row in 0..<perGroup {
        for column in 0..<depth {
          rows[row][column] = values[matrix.index(group * perGroup + row, column)]
        }
      }
      let solved = FloatMatrix(rows: perGroup, columns: depth)
      products.multiply(
        rows, byRowsOf: cross.crossCovariance(group, with: gram, isCentred: isCentred),
        into: solved)
      for row in 0..<perGroup {
        for column in 0..<depth { solved[row][column] += added * rows[row][column] }
      }
      factor.solve(solved)
      guard solved.isFinite else { return nil }
      for row in 0..<perGroup {
        for column in 0..<depth where rows[row][column] != 0 {
          result[matrix.index(group * perGroup + row, column)] = solved[row][column]
        }
      }
    }
    return result
  }
}

import LinearAlgebra
import OpSet

/// Solves a pruned layer's kept weights again for the inputs that the pruned model gives it, so
/// that the layer compensates for errors of earlier layers: min ‖Ŵ X̂ − W X‖² + λ‖Ŵ − Ŵ₀‖².
struct Refit {
  let gram: GramMatrix
  let cross: GramMatrix
  let isCentred: Bool
  let product: MatrixProduct

  /// Returns new values on the support of `pruned`; nil where all inputs are zero.
  func solve(_ values: FloatMatrix, _ pruned: FloatMatrix) -> FloatMatrix? {
    let (groups, depth) = (gram.groups, gram.depth)
    guard gram.count > 0, depth == values.columns, values.rows % groups == 0 else { return nil }
    let rows = values.rows / groups
    let start = FloatMatrix(copying: pruned)
    let target = FloatMatrix(rows: values.rows, columns: depth)
    var scales: [Float] = []
    var matrices: [PackedWeights] = []
    var crossed: [PackedWeights] = []
    var added: [Float] = []
    for group in 0..<groups {
      let plain = gram.covariance(group, isCentred: isCentred, damping: 0)
      let matrix = gram.covariance(group, isCentred: isCentred, damping: gram.damping)
      // Row pointers do not keep their matrix alive.
      withExtendedLifetime(plain) { added.append(matrix[0][0] - plain[0][0]) }
      let scale = (0..<depth).map { matrix[$0][$0].squareRoot() }
      guard scale.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      for row in 0..<depth {
        for column in 0..<depth { matrix[row][column] /= scale[row] * scale[column] }
      }
      matrices.append(MatrixProduct.packed(matrix))
      crossed.append(
        MatrixProduct.packed(
          cross.crossCovariance(group, with: gram, isCentred: isCentred)))
      scales += scale
    }
    let solver = SupportSolver(product: product, rowsPerGroup: rows, matrices: matrices)
    solver.multiply(values, crossed, into: target)
    for row in 0..<values.rows {
      let group = row / rows
      for column in 0..<depth {
        let scale = scales[group * depth + column]
        target[row][column] =
          (target[row][column] + added[group] * pruned[row][column]) / scale
        start[row][column] *= scale
      }
    }
    let keep: [UInt8] = (0..<values.rows * depth).map { pruned.base[$0] == 0 ? 0 : 1 }
    let result = solver.solve(target, from: start, keep: keep)
    for row in 0..<values.rows {
      for column in 0..<depth { result[row][column] /= scales[row / rows * depth + column] }
    }
    return result.isFinite ? result : nil
  }

  /// Returns what to add to the bias so that the outputs' means stay: W μ − Ŵ μ̂, by row.
  func shift(_ values: FloatMatrix, _ result: FloatMatrix) -> [Double] {
    let rows = values.rows / gram.groups
    return (0..<values.rows).map { row in
      var sum = 0.0
      for column in 0..<gram.depth {
        sum += Double(values[row][column]) * cross.mean(row / rows, column)
        sum -= Double(result[row][column]) * gram.mean(row / rows, column)
      }
      return sum
    }
  }
}

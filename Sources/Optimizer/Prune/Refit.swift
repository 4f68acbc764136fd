import LinearAlgebra
import OpSet

/// Solves the kept weights of a pruned layer once more, for the inputs that the pruned model gives it:
/// min ‖Ŵ X̂ − W X‖² + λ‖Ŵ − Ŵ₀‖², so that a layer makes up for what those before it lost.
struct Refit {
  let gram: GramMatrix
  let cross: GramMatrix
  let isCentred: Bool
  let product: MatrixProduct

  /// New values on the support of `pruned`; nil where inputs never differ from zero.
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
      // Rows are pointers, which do not keep their matrix.
      withExtendedLifetime(plain) { added.append(matrix[0][0] - plain[0][0]) }
      let scale = (0..<depth).map { matrix[$0][$0].squareRoot() }
      guard scale.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
      for row in 0..<depth {
        for column in 0..<depth { matrix[row][column] /= scale[row] * scale[column] }
      }
      matrices.append(MatrixProduct.packed(matrix))
      crossed.append(MatrixProduct.packed(crossCovariance(group)))
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

  /// A row for each of the candidate's columns: E[x x̂] less the means' product, as `packed` has a
  /// column of the product for each row.
  private func crossCovariance(_ group: Int) -> FloatMatrix {
    let depth = gram.depth
    let matrix = FloatMatrix(rows: depth, columns: depth)
    let scale = 1 / Double(max(gram.count, 1))
    for row in 0..<depth {
      let mean = isCentred ? cross.mean(group, row) : 0
      for column in 0..<depth {
        let product = cross.products[(group * depth + row) * depth + column] * scale
        matrix[column][row] = Float(product - mean * gram.mean(group, column))
      }
    }
    return matrix
  }

  /// What a bias gains so that the outputs' means stay: W μ − Ŵ μ̂, by row.
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

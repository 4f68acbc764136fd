import LinearAlgebra
import OpSet
import Platform

/// Prunes one weight so that the layer's output changes least: min ‖(W − Ŵ) X‖² over Ŵ with the
/// wanted number of zeros.
///
/// The alternating direction method of multipliers on the Gram matrix finds the support, while
/// sparsity rises (Boža, "Fast and Effective Weight Update for Pruned Large Language Models",
/// 2024). Conjugate gradients on the support then solve the kept weights, all rows at once. All
/// products are with depth × depth matrices: no row needs a factorization of its own.
final class LayerSolver {
  private let shape: MatrixShape
  private let pattern: SparsityPattern
  private let product: MatrixProduct
  private let groups: Int
  /// √ of the covariance's diagonal, group × depth; weights are multiplied by it.
  private var scale: [Float]
  /// Covariances with a unit diagonal, and (covariance + ρ)⁻¹, packed; empty without statistics.
  private var covariances: [PackedWeights] = []
  private var inverses: [PackedWeights] = []
  /// Scaled weights W, W × covariance, and W × covariance × (covariance + ρ)⁻¹.
  private let weights: FloatMatrix
  private let target: FloatMatrix
  private let pull: FloatMatrix
  /// The current pruned weights and the scaled dual variables.
  private let pruned: FloatMatrix
  private let dual: FloatMatrix
  private var keep: [UInt8]
  private var zeros = 0

  /// The penalty ρ, for matrices with a unit diagonal. Half of it adds 3 % error on two keyword
  /// models at 70 %.
  private static let penalty = Float(SearchLimit.of("LayerSolver.penalty", 1.0))
  /// Steps while sparsity rises, and later ones. On three keyword models at 70 %, without
  /// gradients, half adds 4 % error while it rises and 8 % later; twice adds 10 % and 1 %.
  private static let rising = SearchLimit.of("LayerSolver.rising", 8)
  private static let settling = SearchLimit.of("LayerSolver.settling", 8)

  /// Without `gram`, or where all inputs were zero, weights are pruned by magnitude and kept ones
  /// stay unchanged. `isCentred`: a bias compensates for the change of the mean.
  init(
    _ values: FloatMatrix, _ shape: MatrixShape, _ pattern: SparsityPattern, gram: GramMatrix?,
    isCentred: Bool, _ product: MatrixProduct
  ) {
    self.shape = shape
    self.pattern = pattern
    self.product = product
    groups = gram?.groups ?? 1
    weights = FloatMatrix(copying: values)
    target = FloatMatrix(rows: shape.rows, columns: shape.columns)
    pull = FloatMatrix(rows: shape.rows, columns: shape.columns)
    dual = FloatMatrix(rows: shape.rows, columns: shape.columns)
    keep = Array(repeating: 1, count: shape.count)
    scale = Array(repeating: 1, count: groups * shape.columns)
    pruned = FloatMatrix(copying: values)
    guard let gram, gram.count > 0, gram.depth == shape.columns, shape.rows % groups == 0 else {
      return
    }
    for group in 0..<groups {
      let matrix = gram.covariance(group, isCentred: isCentred, damping: gram.damping)
      guard normalize(matrix, group), let inverse = inverse(of: matrix) else {
        covariances = []
        scale = Array(repeating: 1, count: scale.count)
        return
      }
      covariances.append(MatrixProduct.packed(matrix))
      inverses.append(MatrixProduct.packed(inverse))
    }
    forEachElement { [scale, weights, pruned] index, place in
      weights.base[index] *= scale[place]
      pruned.base[index] = weights.base[index]
    }
    multiply(weights, covariances, into: target)
    multiply(target, inverses, into: pull)
  }

  private var hasStatistics: Bool { !covariances.isEmpty }

  /// Returns the weights with `zeros` of them pruned. Calls with more zeros continue from there.
  func solve(zeros wanted: Int) -> FloatMatrix {
    if hasStatistics { alternate(wanted) } else { project(weights, wanted) }
    zeros = wanted
    let result = hasStatistics ? refined() : FloatMatrix(copying: weights)
    forEachElement { [keep, scale] index, place in
      result.base[index] = keep[index] == 0 ? 0 : result.base[index] / scale[place]
    }
    return result
  }

  // MARK: The support

  private func alternate(_ wanted: Int) {
    let sum = FloatMatrix(rows: shape.rows, columns: shape.columns)
    let solved = FloatMatrix(rows: shape.rows, columns: shape.columns)
    let rising = pattern.ownSparsity == nil ? Self.rising : 0
    for step in 0..<(rising + Self.settling) {
      // sum = pruned − dual; solved = pull + ρ × sum × inverse.
      forEachRow { [pruned, dual] row, count in
        let (a, b, out) = (pruned[row], dual[row], sum[row])
        for column in 0..<count { out[column] = a[column] - b[column] }
      }
      multiply(sum, inverses, into: solved)
      forEachRow { [pull, dual] row, count in
        let (a, b, c) = (pull[row], solved[row], dual[row])
        let out = sum[row]
        for column in 0..<count {
          let value = a[column] + Self.penalty * b[column]
          b[column] = value
          out[column] = value + c[column]
        }
      }
      let share = min(1, Double(step + 1) / Double(max(rising, 1)))
      project(sum, zeros + Int((Double(wanted - zeros) * share).rounded()))
      forEachRow { [pruned, dual, keep] row, count in
        let (out, change, total) = (pruned[row], dual[row], sum[row])
        keep.withUnsafeBufferPointer { keep in
          for column in 0..<count {
            let value = keep[row &* count &+ column] == 0 ? 0 : total[column]
            out[column] = value
            change[column] = total[column] - value
          }
        }
      }
    }
  }

  /// Keeps the elements of `matrix` with the greatest squares.
  private func project(_ matrix: FloatMatrix, _ zeros: Int) {
    let scores = FloatMatrix(rows: shape.rows, columns: shape.columns)
    forEachRow { row, count in
      let (from, to) = (matrix[row], scores[row])
      for column in 0..<count { to[column] = from[column] * from[column] }
    }
    keep.withUnsafeMutableBufferPointer { keep in
      if let base = keep.baseAddress { pattern.choose(scores.base, shape, zeros: zeros, base) }
    }
  }

  // MARK: The values

  /// Returns the least-squares solution on the support, starting from the current values.
  private func refined() -> FloatMatrix {
    SupportSolver(
      product: product, rowsPerGroup: shape.rows / groups, matrices: covariances
    ).solve(target, from: pruned, keep: keep)
  }

  // MARK: Matrices

  /// Scales to a unit diagonal; returns false where the diagonal is zero.
  private func normalize(_ matrix: FloatMatrix, _ group: Int) -> Bool {
    let depth = matrix.rows
    for column in 0..<depth {
      let value = matrix[column][column]
      guard value > 0, value.isFinite else { return false }
      scale[group * depth + column] = value.squareRoot()
    }
    for row in 0..<depth {
      for column in 0..<depth {
        matrix[row][column] /= scale[group * depth + row] * scale[group * depth + column]
      }
      matrix[row][row] = 1
    }
    return true
  }

  /// Returns (matrix + ρ)⁻¹.
  private func inverse(of matrix: FloatMatrix) -> FloatMatrix? {
    let shifted = FloatMatrix(copying: matrix)
    for row in 0..<matrix.rows { shifted[row][row] += Self.penalty }
    return CholeskyFactor(shifted, product)?.inverse()
  }

  /// Multiplies each group's rows by its matrix.
  private func multiply(
    _ a: FloatMatrix, _ matrices: [PackedWeights], into result: FloatMatrix
  ) {
    SupportSolver(product: product, rowsPerGroup: shape.rows / groups, matrices: [])
      .multiply(a, matrices, into: result)
  }

  private func forEachRow(_ body: @Sendable (_ row: Int, _ columns: Int) -> Void) {
    let columns = shape.columns
    product.forEachTile(0..<shape.rows) { rows in for row in rows { body(row, columns) } }
  }

  /// Calls `body` with an element's index and the place of its scale.
  private func forEachElement(_ body: @Sendable (_ index: Int, _ scale: Int) -> Void) {
    let perGroup = max(1, shape.rows / groups)
    let columns = shape.columns
    forEachRow { row, count in
      for column in 0..<count { body(row &* count &+ column, row / perGroup &* columns &+ column) }
    }
  }
}

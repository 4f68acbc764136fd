import Platform
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// The equations themselves judge, in double precision: on a row's support, x C = b.
@Suite struct SupportSolverTests {
  private let depth = 9

  /// Unit diagonal, and far from singular.
  private func matrix() -> FloatMatrix {
    let matrix = FloatMatrix.identity(depth)
    for row in 0..<depth {
      for column in 0..<row {
        let value = 0.3 / Float(row - column + 1)
        (matrix[row][column], matrix[column][row]) = (value, value)
      }
    }
    return matrix
  }

  @Test(arguments: [1, 2]) func `Rows are solved on their supports`(threads: Int) {
    var random = SeededRandom(seed: 3)
    let rows = 5
    let (matrix, target) = (matrix(), FloatMatrix(rows: rows, columns: depth))
    for index in 0..<rows * depth { target.base[index] = Float(random.unit()) - 0.5 }
    // The last row keeps nothing, the first everything.
    let keep: [UInt8] = (0..<rows * depth).map {
      $0 < depth || ($0 < (rows - 1) * depth && random.unit() < 0.6) ? 1 : 0
    }
    let solver = SupportSolver(
      product: MatrixProduct(threads: threads), rowsPerGroup: rows,
      matrices: [MatrixProduct.packed(matrix)])
    let found = solver.solve(
      target, from: FloatMatrix(rows: rows, columns: depth), keep: keep)
    for row in 0..<rows {
      for column in 0..<depth {
        if keep[row * depth + column] == 0 {
          #expect(found[row][column] == 0)
          continue
        }
        let left = (0..<depth).reduce(0.0) {
          $0 + Double(found[row][$1]) * Double(matrix[$1][column])
        }
        #expect(abs(left - Double(target[row][column])) < 1e-5)
      }
    }
  }
}

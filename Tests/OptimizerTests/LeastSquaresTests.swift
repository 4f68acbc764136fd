import OpSet
import TFLite
import TestSupport
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// Solvers of kept weights, judged by Gaussian elimination in double precision on each row's support.
@Suite struct LeastSquaresTests {
  private let depth = 9
  private let rows = 6

  private func matrix(_ values: [Float], _ rows: Int, _ columns: Int) -> FloatMatrix {
    let matrix = FloatMatrix(rows: rows, columns: columns)
    for index in 0..<rows * columns { matrix.base[index] = values[index] }
    return matrix
  }

  /// Solves A x = b.
  private func solution(_ matrix: [[Double]], _ target: [Double]) -> [Double] {
    var (a, b) = (matrix, target)
    for pivot in b.indices {
      for row in b.indices where row > pivot {
        let factor = a[row][pivot] / a[pivot][pivot]
        for column in b.indices { a[row][column] -= factor * a[pivot][column] }
        b[row] -= factor * b[pivot]
      }
    }
    for row in b.indices.reversed() {
      for column in b.indices where column > row { b[row] -= a[row][column] * b[column] }
      b[row] /= a[row][row]
    }
    return b
  }

  /// Inputs whose neighbours depend on one another, row by row.
  private func inputs(_ count: Int, seed: UInt64) -> [[Double]] {
    let values = unitValues(count * depth, seed: seed).map { Double($0) - 0.3 }
    return (0..<count).map { row in
      (0..<depth).map { column in
        values[row * depth + column] + (column > 0 ? 0.6 * values[row * depth + column - 1] : 0)
      }
    }
  }

  @Test func `SupportSolver finds the solution on each row's support`() {
    let x = inputs(60, seed: 3)
    let covariance = GramMatrix(rows: x).covariance(0, damping: 0.01)
    let scale = (0..<depth).map { covariance[$0][$0].squareRoot() }
    for row in 0..<depth {
      for column in 0..<depth { covariance[row][column] /= scale[row] * scale[column] }
    }
    let target = matrix(weights(rows * depth, seed: 5), rows, depth)
    let keep = unitValues(rows * depth, seed: 6).map { UInt8($0 < 0.6 ? 1 : 0) }
    let start = FloatMatrix(rows: rows, columns: depth)
    for index in 0..<rows * depth { start.base[index] = keep[index] == 0 ? 0 : 0.5 }
    let found = SupportSolver(
      product: MatrixProduct(threads: 2), rowsPerGroup: rows,
      matrices: [MatrixProduct.packed(covariance)]
    ).solve(target, from: start, keep: keep)
    for row in 0..<rows {
      let support = (0..<depth).filter { keep[row * depth + $0] == 1 }
      let wanted = solution(
        support.map { a in support.map { Double(covariance[a][$0]) } },
        support.map { Double(target[row][$0]) })
      let greatest = wanted.map(abs).max() ?? 0
      for (place, column) in support.enumerated() {
        #expect(abs(Double(found[row][column]) - wanted[place]) < 1e-3 * greatest)
      }
      for column in 0..<depth where keep[row * depth + column] == 0 {
        #expect(found[row][column] == 0)
      }
    }
  }

  /// min ‖Ŵ X̂ − W X‖² ÷ n + λ‖Ŵ − Ŵ₀‖² on the support, from the rows of X and X̂ themselves.
  @Test(arguments: [false, true])
  func `Refit is the damped least squares solution for the inputs that a layer has now`(
    isCentred: Bool
  ) throws {
    let before = inputs(80, seed: 11)
    let noise = unitValues(80 * depth, seed: 12)
    let after = before.enumerated().map { row, values in
      values.enumerated().map { $1 + 0.2 * (Double(noise[row * depth + $0]) - 0.4) }
    }
    let now = GramMatrix(rows: after)
    let refit = Refit(
      gram: now, cross: GramMatrix(rows: before, with: after), isCentred: isCentred,
      product: MatrixProduct(threads: 1))
    let values = matrix(weights(rows * depth, seed: 21), rows, depth)
    let pruned = FloatMatrix(copying: values)
    for (index, value) in unitValues(rows * depth, seed: 22).enumerated() where value < 0.4 {
      pruned.base[index] = 0
    }
    let found = try #require(refit.solve(values, pruned))
    func mean(_ all: [[Double]], _ column: Int) -> Double {
      isCentred ? all.reduce(0) { $0 + $1[column] } / Double(all.count) : 0
    }
    let centredBefore = before.map { row in (0..<depth).map { row[$0] - mean(before, $0) } }
    let centredAfter = after.map { row in (0..<depth).map { row[$0] - mean(after, $0) } }
    let plain = now.covariance(0, isCentred: isCentred, damping: 0)
    let damped = now.covariance(0, isCentred: isCentred, damping: now.damping)
    let added = withExtendedLifetime((plain, damped)) { Double(damped[0][0] - plain[0][0]) }
    for row in 0..<rows {
      let support = (0..<depth).filter { pruned[row][$0] != 0 }
      let outputs = centredBefore.map { x in
        (0..<depth).reduce(0.0) { $0 + x[$1] * Double(values[row][$1]) }
      }
      let normal = support.map { a in
        support.map { b in
          centredAfter.reduce(0.0) { $0 + $1[a] * $1[b] } / 80 + (a == b ? added : 0)
        }
      }
      let target = support.map { a in
        zip(centredAfter, outputs).reduce(0.0) { $0 + $1.0[a] * $1.1 } / 80
          + added * Double(pruned[row][a])
      }
      for (place, wanted) in solution(normal, target).enumerated() {
        #expect(abs(Double(found[row][support[place]]) - wanted) < 2e-3 * max(1, abs(wanted)))
      }
    }
    // The bias takes up what the means of the outputs lost.
    for (row, shift) in refit.shift(values, found).enumerated() {
      let means = (0..<depth).map { column in
        Double(values[row][column]) * before.reduce(0) { $0 + $1[column] } / 80
          - Double(found[row][column]) * after.reduce(0) { $0 + $1[column] } / 80
      }
      #expect(abs(shift - means.reduce(0, +)) < 1e-6)
    }
  }
}

import KernelTable
import OpSet
import Platform

/// Products of float matrices through the kernels, in tiles of fixed size, so that results do not
/// depend on the number of threads.
package struct MatrixProduct: Sendable {
  package let kernels: KernelTable
  package let threads: Int

  package init(kernels: KernelTable = .chosen, threads: Int) {
    self.kernels = kernels
    self.threads = threads
  }

  /// Rows of a tile: whole groups of the kernel's six rows and of a panel's sixteen columns.
  package static let tileRows = 96

  /// Calls `body` for each tile of `rows` rows, on several threads.
  package func forEachTile(_ rows: Range<Int>, _ body: @Sendable (Range<Int>) -> Void) {
    let tiles = (rows.count + Self.tileRows - 1) / Self.tileRows
    Threads.forEach(tiles, limit: threads) { tile in
      let first = rows.lowerBound + tile * Self.tileRows
      body(first..<min(first + Self.tileRows, rows.upperBound))
    }
  }

  /// result(r, c) = Σ over k < `weights.steps` of a[r × stride + k] × weight(c, k), for one tile and
  /// the columns from `firstPanel` on.
  package func tile(
    _ a: UnsafePointer<Float>, rows: Int, stride: Int, _ weights: PackedWeights,
    firstPanel: Int = 0, into result: UnsafeMutablePointer<Float>, resultStride: Int
  ) {
    weights.multiply(
      a, rows: rows, stride: stride, firstPanel: firstPanel, kernels, into: result,
      resultStride: resultStride)
  }

  /// result = a · bᵀ, a row of `result` for each row of `a`, a column for each of `b`.
  package func multiply(_ a: FloatMatrix, byRowsOf b: FloatMatrix, into result: FloatMatrix) {
    multiply(a, by: Self.packed(b), into: result)
  }

  package func multiply(_ a: FloatMatrix, by weights: PackedWeights, into result: FloatMatrix) {
    forEachTile(0..<a.rows) { rows in
      tile(
        a[rows.lowerBound], rows: rows.count, stride: a.columns, weights,
        into: result[rows.lowerBound], resultStride: result.columns)
    }
  }

  package static func packed(_ rows: FloatMatrix) -> PackedWeights {
    let weights = PackedWeights(columns: rows.rows, steps: rows.columns)
    weights.pack(
      rows.base, columnStride: rows.columns, stepStride: 1, stepCount: rows.columns)
    return weights
  }
}

import KernelTable
import OpSet
import Platform

/// Products of float matrices through the kernels, in tiles of fixed size, so that results do not
/// depend on the number of threads.
struct MatrixProduct: Sendable {
  var kernels = KernelTable.chosen
  let threads: Int

  /// Rows of a tile: whole groups of the kernel's six rows and of a panel's sixteen columns.
  static let tileRows = 96

  /// Calls `body` for each tile of `rows` rows, on several threads.
  func forEachTile(_ rows: Range<Int>, _ body: @Sendable (Range<Int>) -> Void) {
    let tiles = (rows.count + Self.tileRows - 1) / Self.tileRows
    Threads.forEach(tiles, limit: threads) { tile in
      let first = rows.lowerBound + tile * Self.tileRows
      body(first..<min(first + Self.tileRows, rows.upperBound))
    }
  }

  /// result(r, c) = Σ over k < `weights.steps` of a[r × stride + k] × weight(c, k), for one tile and
  /// the columns from `firstPanel` on.
  func tile(
    _ a: UnsafePointer<Float>, rows: Int, stride: Int, _ weights: PackedWeights,
    firstPanel: Int = 0, into result: UnsafeMutablePointer<Float>, resultStride: Int
  ) {
    withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: rows) { pointers in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 6 * 16) { spill in
        guard let pointers = pointers.baseAddress, let spill = spill.baseAddress else { return }
        for row in 0..<rows { pointers[row] = UnsafeRawPointer(a + row &* stride) }
        withUnsafePointer(to: 0) { zero in
          kernels.product(
            ProductTask(
              rows: pointers, rowCount: rows, tapOffsets: zero, taps: 1, depth: weights.steps,
              panels: weights.base + firstPanel &* weights.panelStride,
              panelCount: weights.panels - firstPanel,
              columns: weights.columns - firstPanel &* PackedProduct.columns, output: result,
              outputStride: resultStride, low: -.infinity, high: .infinity, spill: spill))
        }
      }
    }
  }

  /// result = a · bᵀ, a row of `result` for each row of `a`, a column for each of `b`.
  func multiply(_ a: FloatMatrix, byRowsOf b: FloatMatrix, into result: FloatMatrix) {
    multiply(a, by: Self.packed(b), into: result)
  }

  func multiply(_ a: FloatMatrix, by weights: PackedWeights, into result: FloatMatrix) {
    forEachTile(0..<a.rows) { rows in
      tile(
        a[rows.lowerBound], rows: rows.count, stride: a.columns, weights,
        into: result[rows.lowerBound], resultStride: result.columns)
    }
  }

  static func packed(_ rows: FloatMatrix) -> PackedWeights {
    let weights = PackedWeights(columns: rows.rows, steps: rows.columns)
    weights.pack(
      rows.base, columnStride: rows.columns, stepStride: 1, stepCount: rows.columns)
    return weights
  }
}

import KernelTable

/// A matrix in memory, or its transpose: element (r, c) stands at r × rowStride + c × columnStride.
struct MatrixView {
  let base: UnsafePointer<Float>
  var rowStride: Int
  var columnStride = 1

  init(_ base: UnsafePointer<Float>, rowStride: Int, columnStride: Int = 1) {
    self.base = base
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// Row after row, or column after column.
  init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, isTransposed: Bool) {
    self.base = base
    (rowStride, columnStride) = isTransposed ? (1, rows) : (columns, 1)
  }

  var transposed: MatrixView {
    MatrixView(base, rowStride: columnStride, columnStride: rowStride)
  }
}

/// Products of matrices that are added to what stands in memory, as gradients need them.
struct AddedProduct {
  let kernels: KernelTable

  /// With fewer rows packing the right matrix costs more than it saves.
  static let fewRows = 6
  /// Rows at a time, so that results fit into the cache.
  private static let block = 384

  /// c(r, j) += Σ over k of a(r, k) × b(k, j); rows of c are `stride` floats apart.
  func add(
    _ a: MatrixView, _ b: MatrixView, rows: Int, depth: Int, columns: Int,
    to c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    guard rows > 0, depth > 0, columns > 0 else { return }
    if rows < Self.fewRows, b.columnStride == 1 {
      for row in 0..<rows {
        for k in 0..<depth {
          let factor = a.base[row &* a.rowStride &+ k &* a.columnStride]
          guard factor != 0 else { continue }
          kernels.accumulate(b.base + k &* b.rowStride, factor, c + row &* stride, columns)
        }
      }
      return
    }
    add(a, packed(b, depth: depth, columns: columns), rows: rows, to: c, stride: stride)
  }

  func packed(_ b: MatrixView, depth: Int, columns: Int) -> PackedWeights {
    let packed = PackedWeights(columns: columns, steps: depth)
    packed.pack(
      b.base, columnStride: b.columnStride, stepStride: b.rowStride, stepCount: depth)
    return packed
  }

  /// The same with a right matrix that is packed.
  func add(
    _ a: MatrixView, _ b: PackedWeights, rows: Int, to c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (depth, columns) = (b.steps, b.columns)
    let block = min(rows, Self.block)
    let copied = a.columnStride == 1 ? 0 : block * depth
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block * columns + copied) { room in
      guard let result = room.baseAddress else { return }
      let copy = result + block * columns
      for first in Swift.stride(from: 0, to: rows, by: block) {
        let count = min(block, rows - first)
        var (source, step) = (a.base + first &* a.rowStride, a.rowStride)
        if copied > 0 {
          for k in 0..<depth {
            let column = source + k &* a.columnStride
            for row in 0..<count { copy[row &* depth &+ k] = column[row &* a.rowStride] }
          }
          (source, step) = (UnsafePointer(copy), depth)
        }
        b.multiply(
          source, rows: count, stride: step, kernels, into: result, resultStride: columns)
        for row in 0..<count {
          kernels.accumulate(
            result + row &* columns, 1, c + (first &+ row) &* stride, columns)
        }
      }
    }
  }
}

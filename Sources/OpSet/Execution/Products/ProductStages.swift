import KernelTable

/// A product of consecutive rows with packed weights: fully connected layers and pointwise
/// convolutions.
struct ProductRows {
  let kernels: KernelTable
  let rows: Int
  let depth: Int
  let weights: PackedWeights
  let activation: FusedActivation

  /// Floats of input rows that a block keeps in the cache.
  static let blockFloats = 1 << 16

  /// `input` gives rows × depth floats, `output` takes rows × columns.
  func stage(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer,
    output: @escaping () -> UnsafeMutablePointer<Float>
  ) -> Stage {
    let grid = ProductGrid(
      rows: rows, panels: weights.panels, operations: rows * depth * weights.columns,
      rowLimit: max(6, Self.blockFloats / max(depth, 1) / 6 * 6))
    let pointers = preparation.scratch(bytesPerLane: grid.rowsPerTile * 8 + 6 * 64 + 16)
    let (kernels, weights, activation, depth) = (kernels, weights, activation, depth)
    return .tiles(grid.tiles) { tile, lane in
      let memory = pointers.pointer(lane: lane)
      let spill = memory.assumingMemoryBound(to: Float.self)
      let zero = (memory + 384).assumingMemoryBound(to: Int.self)
      zero[0] = 0
      let rowPointers = (memory + 400).assumingMemoryBound(to: UnsafeRawPointer.self)
      let (rowRange, panelRange) = grid.ranges(tile)
      let first = input() + rowRange.lowerBound &* depth &* 4
      for row in 0..<rowRange.count { rowPointers[row] = first + row &* depth &* 4 }
      let column = panelRange.lowerBound &* 16
      kernels.product(
        ProductTask(
          rows: rowPointers, rowCount: rowRange.count, tapOffsets: zero, taps: 1, depth: depth,
          panels: weights.base + panelRange.lowerBound &* weights.panelStride,
          panelCount: panelRange.count, columns: weights.columns &- column,
          output: output() + (rowRange.lowerBound &* weights.columns &+ column),
          outputStride: weights.columns, low: activation.low, high: activation.high,
          spill: spill))
    }
  }
}

/// The division of a product into tiles: blocks of rows, and of panels where rows are too few.
struct ProductGrid {
  let rows: Int
  let panels: Int
  let rowBlocks: Int
  let panelBlocks: Int

  init(rows: Int, panels: Int, operations: Int, rowLimit: Int) {
    self.rows = rows
    self.panels = panels
    let wanted = Tiling.productParts(multiplications: operations)
    // Blocks with fewer rows would read the weights too often.
    let blocks = max((rows + rowLimit - 1) / rowLimit, min(wanted, Tiling.even(rows / 12)))
    rowBlocks = max(1, blocks)
    panelBlocks = max(1, min((wanted + rowBlocks - 1) / rowBlocks, (panels + 3) / 4))
  }

  var tiles: Int { rows == 0 ? 0 : rowBlocks * panelBlocks }

  var rowsPerTile: Int { rows / rowBlocks + 12 }

  /// Returns the rows and panels of a tile: whole groups of 6 rows and of 4 panels, but for the
  /// last.
  func ranges(_ tile: Int) -> (rows: Range<Int>, panels: Range<Int>) {
    (
      Self.range(tile / panelBlocks, of: rowBlocks, count: rows, unit: 6),
      Self.range(tile % panelBlocks, of: panelBlocks, count: panels, unit: 4)
    )
  }

  private static func range(_ part: Int, of parts: Int, count: Int, unit: Int) -> Range<Int> {
    let units = (count + unit - 1) / unit
    return min(count, units * part / parts * unit)..<min(count, units * (part + 1) / parts * unit)
  }
}

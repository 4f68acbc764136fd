/// A block of a matrix product or convolution: rows × packed columns.
///
/// Output(r, c) = clamp(bias(c) + Σ over taps t and i < depth of row(r)[tapOffsets[t] + i] × w).
/// A convolution's row is an output pixel; its taps are the kernel's positions.
package struct ProductTask {
  /// For each row, the address to which tap offsets are added.
  package var rows: UnsafePointer<UnsafeRawPointer>
  package var rowCount: Int
  /// Bytes.
  package var tapOffsets: UnsafePointer<Int>
  package var taps: Int
  /// Consecutive floats of a tap.
  package var depth: Int
  /// The packed weights in the layout of `PackedProduct`, from the first panel of this block.
  package var panels: UnsafeRawPointer
  package var panelCount: Int
  /// Columns of this block, at most 16 × `panelCount`.
  package var columns: Int
  /// Row 0, column 0 of the block.
  package var output: UnsafeMutablePointer<Float>
  /// Floats between rows of the output.
  package var outputStride: Int
  package var low: Float
  package var high: Float
  /// Room for 6 × 16 floats.
  package var spill: UnsafeMutablePointer<Float>

  package init(
    rows: UnsafePointer<UnsafeRawPointer>, rowCount: Int, tapOffsets: UnsafePointer<Int>,
    taps: Int, depth: Int, panels: UnsafeRawPointer, panelCount: Int, columns: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, low: Float, high: Float,
    spill: UnsafeMutablePointer<Float>
  ) {
    self.rows = rows
    self.rowCount = rowCount
    self.tapOffsets = tapOffsets
    self.taps = taps
    self.depth = depth
    self.panels = panels
    self.panelCount = panelCount
    self.columns = columns
    self.output = output
    self.outputStride = outputStride
    self.low = low
    self.high = high
    self.spill = spill
  }
}

/// The layout of packed weights: panels of 16 columns, each 16 biases, then 16 weights for each
/// step along taps and depth; missing columns are zero.
package enum PackedProduct {
  package static let columns = 16
  /// Rows that the kernel computes at once.
  package static let rows = 6

  package static func panels(columns: Int) -> Int { (columns + 15) / 16 }

  /// Bytes of a panel.
  package static func panelStride(steps: Int) -> Int { (steps + 1) * 64 }
}

/// A block of a matrix product or convolution: rows × packed columns.
///
/// Output(r, c) = clamp(bias(c) + Σ over taps t and i < depth of row(r)[tapOffsets[t] + i] × w).
/// A convolution's row is an output pixel; its taps are the kernel's positions.
public struct ProductTask {
  /// For each row, the address to which tap offsets are added.
  public var rows: UnsafePointer<UnsafeRawPointer>
  public var rowCount: Int
  /// Bytes.
  public var tapOffsets: UnsafePointer<Int>
  public var taps: Int
  /// Consecutive floats of a tap.
  public var depth: Int
  /// As `PackedProduct` lays them out, from the first panel of this block.
  public var panels: UnsafeRawPointer
  public var panelCount: Int
  /// Columns of this block, at most 16 × `panelCount`.
  public var columns: Int
  /// Row 0, column 0 of the block.
  public var output: UnsafeMutablePointer<Float>
  /// Floats between rows of the output.
  public var outputStride: Int
  public var low: Float
  public var high: Float
  /// Room for 6 × 16 floats.
  public var spill: UnsafeMutablePointer<Float>

  public init(
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
public enum PackedProduct {
  public static let columns = 16
  /// Rows that the kernel computes at once.
  public static let rows = 6

  public static func panels(columns: Int) -> Int { (columns + 15) / 16 }

  /// Bytes of a panel.
  public static func panelStride(steps: Int) -> Int { (steps + 1) * 64 }
}

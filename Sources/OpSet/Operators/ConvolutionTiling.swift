import KernelTable

/// How a windowed convolution is cut into tiles, and what a lane needs for one.
struct ConvolutionTiling {
  struct Place {
    let batch: Int
    let rows: Range<Int>
    let panels: Range<Int>
  }

  /// Whether tiles work on padded copies.
  let isCopied: Bool
  /// Input columns of a copy.
  let columns: Int
  /// Floats between input rows, of the copy or the input.
  let rowFloats: Int
  private let batches: Int
  private let outputRows: Int
  private let rowBlocks: Int
  private let panels: Int
  private let panelBlocks: Int
  /// Room for the spill, the row pointers and the copy, in this order.
  let rowsOffset = 6 * 64
  let copyOffset: Int
  let bytesPerLane: Int

  init(_ convolution: Convolution) {
    let (image, y, x) = (convolution.image, convolution.y, convolution.x)
    isCopied = y.isPadded || x.isPadded
    columns = max((x.output - 1) * x.stride + x.extent, 1)
    rowFloats = isCopied ? columns * image.channels : image.rowFloats
    batches = image.batches
    outputRows = y.output
    panels = convolution.weights.first?.panels ?? 1
    let packed = convolution.weights.first
    let operations =
      batches * y.output * x.output * (packed.map { $0.steps * $0.columns } ?? 0)
      * convolution.weights.count
    let wanted = Tiling.productParts(multiplications: operations)
    // A block's input stays in the cache while all panels pass over it.
    let cached = max(1, (ProductRows.blockFloats / max(1, rowFloats) - y.extent) / y.stride + 1)
    let least = max(1, min(y.output, 12 / max(1, x.output)))
    let byCache = (y.output + cached - 1) / max(1, cached)
    let perImage = (wanted + max(1, batches) - 1) / max(1, batches)
    rowBlocks = max(1, min(Tiling.even(y.output / least), max(byCache, perImage)))
    let tiles = max(1, batches) * rowBlocks
    panelBlocks = max(1, min((wanted + tiles - 1) / tiles, (panels + 3) / 4))
    let rows = (y.output + rowBlocks - 1) / rowBlocks
    copyOffset = (rowsOffset + rows * x.output * 8 + 63) / 64 * 64
    let copied = isCopied ? ((rows - 1) * y.stride + y.extent) * rowFloats * 4 : 0
    bytesPerLane = copyOffset + max(0, copied) + 64
  }

  var tiles: Int { outputRows == 0 ? 0 : batches * rowBlocks * panelBlocks }

  func place(_ tile: Int) -> Place {
    let block = tile / panelBlocks
    let units = (panels + 3) / 4
    let part = tile % panelBlocks
    return Place(
      batch: block / rowBlocks,
      rows: Tiling.range(block % rowBlocks, of: rowBlocks, count: outputRows),
      panels: min(
        panels, units * part / panelBlocks * 4)..<min(
          panels, units * (part + 1) / panelBlocks * 4))
  }
}

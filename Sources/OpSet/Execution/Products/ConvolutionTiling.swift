import KernelTable

/// The division of a windowed convolution into tiles, and the memory that a lane needs for one.
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
  /// Elements between input rows, of the copy or the input.
  let rowFloats: Int
  private let batches: Int
  private let outputRows: Int
  private let rowBlocks: Int
  private let panels: Int
  private let panelBlocks: Int
  /// Room for the spill, the row pointers and the copy, in this order.
  let rowsOffset: Int
  let copyOffset: Int
  let bytesPerLane: Int

  /// `multiplications` are those of the whole operator; elements of the copy have
  /// `elementBytes`.
  init(
    image: ImageShape, y: WindowAxis, x: WindowAxis, panels: Int, multiplications: Int,
    elementBytes: Int = 4, spillBytes: Int = 6 * 64, isAlwaysCopied: Bool = false
  ) {
    isCopied = isAlwaysCopied || y.isPadded || x.isPadded
    columns = max((x.output - 1) * x.stride + x.extent, 1)
    rowFloats = isCopied ? Self.bounded(columns, image.channels) : image.rowFloats
    batches = image.batches
    outputRows = y.output
    self.panels = panels
    rowsOffset = spillBytes
    let wanted = Tiling.productParts(multiplications: multiplications)
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
    let copied =
      isCopied ? Self.bounded((rows - 1) * y.stride + y.extent, rowFloats) * elementBytes : 0
    bytesPerLane = copyOffset + max(0, copied) + 64
  }

  /// Returns the product of two sizes, limited to more than any memory has: a huge window could
  /// make it overflow.
  private static func bounded(_ a: Int, _ b: Int) -> Int {
    let product = a.multipliedReportingOverflow(by: b)
    return product.overflow ? 1 << 44 : min(product.partialValue, 1 << 44)
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

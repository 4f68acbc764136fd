import KernelTable
import TFLite

/// A convolution of integers as products, bit for bit as the reference kernels: sums of (x − zero
/// point) × w, a multiplier for each channel, the output's zero point, the activation's range.
///
/// A tile works on a copy of its input, widened to int16 less the zero point, with zeros around.
struct IntegerConvolution {
  let operands: IntegerOperands
  let image: ImageShape
  let y: WindowAxis
  let x: WindowAxis
  /// One for each group; each run of a part is a tap.
  let weights: [IntegerPanels]

  /// Returns the columns of each group: a whole kernel row is one tap where its elements are
  /// neighbours.
  static func parts(
    groups: Int, columns: Int, y: WindowAxis, x: WindowAxis, depth: Int, columnStride: Int
  ) -> [ProductWeights.Part] {
    let hasRowTaps = groups == 1 && x.dilation == 1
    let runs = (0..<y.kernel).flatMap { ky in
      (0..<(hasRowTaps ? 1 : x.kernel)).map { kx in (ky * x.kernel + kx) * depth }
    }
    return (0..<groups).map { group in
      .init(
        firstColumn: group * columns, columns: columns, runs: runs,
        runSteps: hasRowTaps ? x.kernel * depth : depth, columnStride: columnStride, stepStride: 1)
    }
  }

  /// Tiles are blocks of output rows of one image, or of panels too where those are few.
  func stage(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer,
    output: @escaping () -> UnsafeMutableRawPointer
  ) -> Stage {
    let columns = weights.reduce(0) { $0 + $1.columns }
    let depth = weights.first.map { $0.taps * $0.pairs * 2 } ?? 0
    let tiling = ConvolutionTiling(
      image: image, y: y, x: x, panels: weights.first?.panels ?? 1,
      // Integer products are about twice as fast as float ones.
      multiplications: image.batches * y.output * x.output * depth * columns / 2, elementBytes: 2,
      spillBytes: PackedIntegers.spillBytes, isAlwaysCopied: true)
    let memory = preparation.scratch(bytesPerLane: tiling.bytesPerLane)
    let offsets = TapOffsets(tapOffsets(rowElements: tiling.rowFloats))
    let product = preparation.kernels.integers.product
    let this = self
    let rescaling = operands.rescaling
    return .tiles(tiling.tiles) { tile, lane in
      let place = tiling.place(tile)
      let scratch = memory.pointer(lane: lane)
      let copy = (scratch + tiling.copyOffset).assumingMemoryBound(to: Int16.self)
      this.image.copyWidened(
        this.operands, input(), batch: place.batch,
        y: place.rows.lowerBound &* this.y.stride &- this.y.padding,
        rows: (place.rows.count &- 1) &* this.y.stride &+ this.y.extent, x: -this.x.padding,
        columns: tiling.columns, to: copy)
      let rows = (scratch + tiling.rowsOffset).assumingMemoryBound(to: UnsafeRawPointer.self)
      let first = (place.batch &* this.y.output &+ place.rows.lowerBound) &* this.x.output
      let column = place.panels.lowerBound &* 16
      let task = rescaling.task
      for group in 0..<this.weights.count {
        let packed = this.weights[group]
        let inner = group &* (this.image.channels / this.weights.count)
        this.fillRows(rows, UnsafeRawPointer(copy + inner), place.rows.count, tiling.rowFloats)
        let channel = group &* packed.columns &+ column
        product(
          IntegerProductTask(
            rows: rows, rowCount: place.rows.count &* this.x.output, tapOffsets: offsets.base,
            taps: offsets.count, pairs: packed.pairs,
            panels: packed.base + place.panels.lowerBound &* packed.panelStride,
            panelCount: place.panels.count, columns: packed.columns &- column, channel: channel,
            output: output() + (first &* columns &+ channel) &* task.outputBytes,
            outputStride: columns &* task.outputBytes, isLong: this.operands.isLong,
            rescaling: task, spill: scratch))
      }
    }
  }

  private func fillRows(
    _ rows: UnsafeMutablePointer<UnsafeRawPointer>, _ base: UnsafeRawPointer, _ count: Int,
    _ rowElements: Int
  ) {
    let step = x.stride &* image.channels &* 2
    var index = 0
    for row in 0..<count {
      let line = base + row &* y.stride &* rowElements &* 2
      for column in 0..<x.output {
        rows[index] = line + column &* step
        index &+= 1
      }
    }
  }

  private func tapOffsets(rowElements: Int) -> [Int] {
    let taps = weights.first?.taps ?? 0
    let perRow = taps / y.kernel
    return (0..<y.kernel).flatMap { ky in
      (0..<perRow).map { kx in
        // A window that exceeds memory never runs.
        (ky &* y.dilation &* rowElements &+ kx &* x.dilation &* image.channels) &* 2
      }
    }
  }
}

extension ImageShape {
  /// Copies rows [y, y + rows) × columns [x, x + columns) of image `batch` to `target` as int16
  /// less the zero point, zeros where they are outside.
  func copyWidened(
    _ operands: IntegerOperands, _ source: UnsafeRawPointer, batch: Int, y: Int, rows: Int, x: Int,
    columns: Int, to target: UnsafeMutablePointer<Int16>
  ) {
    let before = max(0, min(columns, -x))
    let inside = max(0, min(columns, width &- x) &- before)
    let after = columns &- before &- inside
    let firstInside = max(0, min(rows, -y))
    let endInside = inside > 0 ? max(firstInside, min(rows, height &- y)) : firstInside
    let rowElements = columns &* channels
    target.update(repeating: 0, count: firstInside &* rowElements)
    (target + endInside &* rowElements).update(
      repeating: 0, count: (rows &- endInside) &* rowElements)
    var row = firstInside
    // Whole rows are contiguous, so they are one run.
    let rowsAtOnce = inside == width && columns == width ? max(1, endInside &- firstInside) : 1
    while row < endInside {
      let out = target + row &* rowElements
      let line = ((batch &* height &+ y &+ row) &* width &+ x &+ before) &* channels
      out.update(repeating: 0, count: before &* channels)
      operands.widen(
        source, line, out + before &* channels, inside &* channels &* rowsAtOnce)
      (out + (before &+ inside &* rowsAtOnce) &* channels).update(
        repeating: 0, count: after &* channels)
      row &+= rowsAtOnce
    }
  }
}

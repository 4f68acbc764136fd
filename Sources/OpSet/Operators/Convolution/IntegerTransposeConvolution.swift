import KernelTable
import TFLite

/// A transposed convolution of integers: as `TransposeConvolution`, one ordinary convolution for each
/// phase of the stride.
struct IntegerTransposeConvolution {
  let operands: IntegerOperands
  let image: ImageShape
  let channels: Int
  let y: TransposedAxis
  let x: TransposedAxis
  /// The phases of the strides, by phase y × stride x + phase x.
  let phases: [Phase]
  /// Input columns of a tile's copy.
  let columns: Int

  struct Phase {
    let panels: IntegerPanels
    let offsets: TapOffsets
  }

  static func stages(
    _ preparation: Preparation, input: Value, _ kernel: ImageShape,
    _ y: TransposedAxis, _ x: TransposedAxis, _ parts: [ProductWeights.Part]
  ) throws -> [Stage] {
    let image = try ImageShape(input)
    let operands = try IntegerOperands(
      preparation, input: input, filterIndex: 1, biasIndex: 3, channels: kernel.batches,
      activation: preparation.option(TransposeConv.activation),
      rule: .convolution(biasType: preparation.biasType(TransposeConv.quantizedBiasType)))
    let weights = try IntegerWeights(preparation, filterIndex: 1, operands, parts: parts)
    let columns = image.width + 2 * (x.reach - 1) + 2
    let phases = weights.parts.enumerated().map { index, panels in
      let offsets = y.taps(index / x.stride).indices.flatMap { ty in
        x.taps(index % x.stride).indices.map { tx in
          -(ty * columns + tx) * image.channels * 2
        }
      }
      return Phase(panels: panels, offsets: TapOffsets(offsets))
    }
    let convolution = IntegerTransposeConvolution(
      operands: operands, image: image, channels: kernel.batches, y: y, x: x, phases: phases,
      columns: columns)
    return operands.stages + weights.stages + [convolution.stage(preparation)]
  }

  /// The layout of a lane's memory behind the spill, and the number of positions that it computes
  /// at once.
  private struct Layout {
    let rowsOffset = PackedIntegers.spillBytes
    let copyOffset: Int
    let blockRows: Int
    let inputRows: Int
  }

  private func layout(parts: Int) -> Layout {
    let tileRows = (y.output + parts - 1) / parts + 1
    let blockRows = min(
      tileRows, max(1, ProductRows.blockFloats / (columns * image.channels + 1)))
    return Layout(
      copyOffset: (PackedIntegers.spillBytes + (x.output / x.stride + 2) * 8 + 63) / 64 * 64,
      blockRows: blockRows, inputRows: blockRows / y.stride + y.reach + 2)
  }

  private func stage(_ preparation: Preparation) -> Stage {
    let (input, output) = (operands.input, operands.output)
    let lines = image.batches * y.output
    let steps = phases.reduce(0) { $0 + $1.panels.taps * image.channels } / max(1, phases.count)
    let parts = max(
      1, min(lines, Tiling.productParts(multiplications: output.count * steps / 2)))
    let layout = layout(parts: parts)
    let memory = preparation.scratch(
      bytesPerLane: layout.copyOffset + layout.inputRows * columns * image.channels * 2)
    let this = self
    let product = preparation.kernels.integers.product
    return .tiles(output.count == 0 ? 0 : parts) { tile, lane in
      let scratch = memory.pointer(lane: lane)
      let copy = (scratch + layout.copyOffset).assumingMemoryBound(to: Int16.self)
      let range = Tiling.range(tile, of: parts, count: lines)
      let bytes = this.operands.rescaling.task.outputBytes
      var line = range.lowerBound
      while line < range.upperBound {
        let batch = line / this.y.output
        let first = line % this.y.output
        let count = min(layout.blockRows, range.upperBound &- line, this.y.output &- first)
        let top = (first &+ this.y.padding) / this.y.stride &- (this.y.reach &- 1)
        this.image.copyWidened(
          this.operands, UnsafeRawPointer(input.base), batch: batch, y: top,
          rows: min(layout.inputRows, count / this.y.stride &+ this.y.reach &+ 1),
          x: -(this.x.reach &- 1), columns: this.columns, to: copy)
        for row in first..<first &+ count {
          let target = (batch &* this.y.output &+ row) &* this.x.output &* this.channels
          this.row(row, copy, top, scratch, layout, product, output.base + target &* bytes)
        }
        line &+= count
      }
    }
  }

  private func row(
    _ row: Int, _ copy: UnsafePointer<Int16>, _ top: Int, _ scratch: UnsafeMutableRawPointer,
    _ layout: Layout, _ product: (borrowing IntegerProductTask) -> Void,
    _ target: UnsafeMutableRawPointer
  ) {
    let rows = (scratch + layout.rowsOffset).assumingMemoryBound(to: UnsafeRawPointer.self)
    let task = operands.rescaling.task
    let (quotient, phaseY) = (row &+ y.padding).quotientAndRemainder(dividingBy: y.stride)
    for phaseX in 0..<x.stride {
      let phase = phases[phaseY &* x.stride &+ phaseX]
      // The first output column of the phase.
      var column = (phaseX &- x.padding) % x.stride
      if column < 0 { column &+= x.stride }
      let start = column
      var count = 0
      while column < x.output {
        let position = (column &+ x.padding) / x.stride &+ x.reach &- 1
        rows[count] = UnsafeRawPointer(
          copy + ((quotient &- top) &* columns &+ position) &* image.channels)
        count &+= 1
        column &+= x.stride
      }
      guard count > 0 else { continue }
      product(
        IntegerProductTask(
          rows: rows, rowCount: count, tapOffsets: phase.offsets.base, taps: phase.offsets.count,
          pairs: phase.panels.pairs, panels: phase.panels.base, panelCount: phase.panels.panels,
          columns: channels, channel: 0,
          output: target + start &* channels &* task.outputBytes,
          outputStride: x.stride &* channels &* task.outputBytes, isLong: operands.isLong,
          rescaling: task, spill: scratch))
    }
  }
}

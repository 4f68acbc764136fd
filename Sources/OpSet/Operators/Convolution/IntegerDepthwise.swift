import KernelTable
import TFLite

/// A depthwise convolution of integers: tiles are blocks of output rows, each working on a copy of
/// its input as int16 with zeros around and channels repeated, as if the multiplier were 1.
struct IntegerDepthwise {
  let operands: IntegerOperands
  let image: ImageShape
  /// Output channels.
  let channels: Int
  let y: WindowAxis
  let x: WindowAxis
  let weights: IntegerDepthwiseBlocks

  /// Elements of a tile's copy.
  private static let blockElements = 1 << 15

  func stages(_ preparation: Preparation) -> [Stage] {
    let (input, output) = (operands.input, operands.output)
    guard output.count > 0 else { return [] }
    let lines = image.batches * y.output
    let columns = max((x.output - 1) * x.stride + x.extent, 1)
    let parts = max(
      1, min(lines, Tiling.productParts(multiplications: output.count * weights.taps)))
    let rowElements = columns * channels
    let cached = (Self.blockElements / rowElements - y.extent) / y.stride + 1
    let blockRows = max(1, min(cached, (lines + parts - 1) / parts))
    let inputRows = (blockRows - 1) * y.stride + y.extent
    let narrowElements = channels > image.channels ? inputRows * columns * image.channels : 0
    let spillBytes = PackedIntegers.pixels * 64
    let memory = preparation.scratch(
      bytesPerLane: spillBytes + (inputRows * rowElements + narrowElements) * 2)
    let offsets = TapOffsets(tapOffsets(rowElements: rowElements))
    let depthwise = preparation.kernels.integers.depthwise
    let this = self
    return .tiles(parts) { tile, lane in
      let spill = memory.pointer(lane: lane)
      let copy = (spill + spillBytes).assumingMemoryBound(to: Int16.self)
      let range = Tiling.range(tile, of: parts, count: lines)
      let task = this.operands.rescaling.task
      var line = range.lowerBound
      while line < range.upperBound {
        let first = line % this.y.output
        let count = min(blockRows, range.upperBound &- line, this.y.output &- first)
        this.copy(
          UnsafeRawPointer(input.base), batch: line / this.y.output, first: first, rows: count,
          columns: columns, to: copy, narrow: copy + inputRows &* rowElements)
        for row in 0..<count {
          depthwise(
            IntegerDepthwiseTask(
              input: UnsafeRawPointer(copy + row &* this.y.stride &* rowElements),
              pixelStride: this.x.stride &* this.channels &* 2, pixels: this.x.output,
              tapOffsets: offsets.base, pairs: offsets.count / 2, blocks: this.weights.base,
              channels: this.channels,
              output: output.base
                + (line &+ row) &* this.x.output &* this.channels &* task.outputBytes,
              rescaling: task, spill: spill))
        }
        line &+= count
      }
    }
  }

  private func copy(
    _ source: UnsafeRawPointer, batch: Int, first: Int, rows: Int, columns: Int,
    to target: UnsafeMutablePointer<Int16>, narrow: UnsafeMutablePointer<Int16>
  ) {
    let inputRows = (rows &- 1) &* y.stride &+ y.extent
    let multiplier = channels / image.channels
    image.copyWidened(
      operands, source, batch: batch, y: first &* y.stride &- y.padding, rows: inputRows,
      x: -x.padding, columns: columns, to: multiplier == 1 ? target : narrow)
    guard multiplier > 1 else { return }
    var place = target
    for index in 0..<inputRows &* columns &* image.channels {
      for copy in 0..<multiplier { place[copy] = narrow[index] }
      place += multiplier
    }
  }

  /// Returns the offsets of taps, two for each pair; the last may stand for a tap of zero weights.
  private func tapOffsets(rowElements: Int) -> [Int] {
    let offsets = (0..<y.kernel).flatMap { ky in
      (0..<x.kernel).map { kx in
        (ky * y.dilation * rowElements + kx * x.dilation * channels) * 2
      }
    }
    return offsets.count % 2 == 0 ? offsets : offsets + [offsets[offsets.count - 1]]
  }
}

/// Blocks of 16 channels as the integer depthwise kernel reads them.
final class IntegerDepthwiseBlocks: @unchecked Sendable {
  let taps: Int
  let channels: Int
  let base: UnsafeMutableRawPointer

  init(taps: Int, channels: Int) {
    self.taps = taps
    self.channels = channels
    let bytes = (channels + 15) / 16 * ((taps + 1) / 2) * 64
    base = .allocate(byteCount: bytes + 64, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { base.deallocate() }

  func fill(_ levels: UnsafePointer<Int16>) {
    let blockElements = (taps + 1) / 2 * 32
    for channel in 0..<channels {
      let block = base.assumingMemoryBound(to: Int16.self) + channel / 16 &* blockElements
      let lane = PackedIntegers.lane(channel & 15)
      for tap in 0..<taps {
        block[tap / 2 &* 32 &+ lane &* 2 &+ (tap & 1)] = levels[tap &* channels &+ channel]
      }
    }
  }
}

struct IntegerDepthwiseWeights {
  let blocks: IntegerDepthwiseBlocks
  /// Packs weights that are not constant.
  let stages: [Stage]

  init(
    _ preparation: Preparation, _ operands: IntegerOperands, taps: Int, channels: Int
  ) throws {
    let filter = operands.filter
    try preparation.require(
      filter.isKnown || !filter.isPacked, "\(filter.type) weights must be constant")
    let blocks: IntegerDepthwiseBlocks = try preparation.packed {
      let blocks = IntegerDepthwiseBlocks(taps: taps, channels: channels)
      guard filter.isKnown else { return blocks }
      _ = try preparation.known(1)
      let levels = UnsafeMutablePointer<Int16>.allocate(capacity: filter.count + 32)
      defer { levels.deallocate() }
      operands.widenFilter(levels)
      blocks.fill(levels)
      return blocks
    }
    self.blocks = blocks
    guard !filter.isKnown else {
      preparation.consume(1)
      stages = []
      return
    }
    let levels = preparation.scratch(bytes: filter.count * 2)
    stages = [
      preparation.packing(filter) {
        let widened = levels.base.assumingMemoryBound(to: Int16.self)
        operands.widenFilter(widened)
        blocks.fill(widened)
      }
    ]
  }
}

import KernelTable
import OpSet
import Platform
import Testing

/// Judge: the definitions in `ProductTask` and `DepthwiseTask`, computed in double precision. Both
/// instruction sets must meet them, and so agree.
@Suite struct ProductKernelsTests {
  static let tables = TranscendentalKernelsTests.tables

  @Test("Products of any size are what they are defined to be", arguments: tables)
  func product(_ table: KernelTable) {
    var generator = SeededRandom(seed: 11)
    // All tails of rows and columns, then any.
    for size in 1...70 {
      check(table, rows: size % 14 + 1, columns: size, taps: 1, depth: 71 - size, &generator)
    }
    for _ in 0..<300 {
      check(
        table, rows: .random(in: 1...20, using: &generator),
        columns: .random(in: 1...70, using: &generator),
        taps: .random(in: 0...9, using: &generator),
        depth: .random(in: 1...33, using: &generator), &generator)
    }
  }

  private func check(
    _ table: KernelTable, rows: Int, columns: Int, taps: Int, depth: Int,
    _ generator: inout SeededRandom
  ) {
    let isWild = Bool.random(using: &generator)
    let rowStride = depth + .random(in: 0...5, using: &generator)
    let tapStride = .random(in: 0...depth, using: &generator) * 3 + 1
    let input = FloatRoom(
      generator.floats(rows * rowStride + taps * tapStride + depth, isWild: isWild))
    let steps = taps * depth
    let weights = generator.floats(
      steps * columns, isWild: isWild && Bool.random(using: &generator))
    let biases = generator.floats(columns)
    let panels = PackedProduct.panels(columns: columns)
    var packed = [Float](repeating: 0, count: panels * (steps + 1) * 16)
    for column in 0..<columns {
      let panel = column / 16 * (steps + 1) * 16 + column % 16
      packed[panel] = biases[column]
      for step in 0..<steps { packed[panel + (step + 1) * 16] = weights[step * columns + column] }
    }
    let room = FloatRoom(packed)
    let stride = columns + .random(in: 0...7, using: &generator)
    let output = FloatRoom(count: (rows - 1) * stride + columns)
    let spill = FloatRoom(count: 6 * 16)
    let (low, high) = generator.range()
    let offsets = (0..<taps).map { $0 * tapStride * 4 } + [0]
    let pointers = (0..<rows).map { input.raw + $0 * rowStride * 4 }
    table.product(
      ProductTask(
        rows: pointers, rowCount: rows, tapOffsets: offsets, taps: taps, depth: depth,
        panels: room.raw, panelCount: panels, columns: columns, output: output.base,
        outputStride: stride, low: low, high: high, spill: spill.base))
    var expected: [Exact] = []
    var found: [Float] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var terms = [Double(biases[column])]
        for step in 0..<steps {
          let x = input.base[row * rowStride + step / depth * tapStride + step % depth]
          terms.append(Double(x) * Double(weights[step * columns + column]))
        }
        expected.append(Exact(terms).clamped(low, high))
        found.append(output.base[row * stride + column])
      }
    }
    let wrong = mismatch(found, expected)
    #expect(
      wrong == nil && output.isIntactAround,
      "\(rows)×\(columns), \(taps) taps of \(depth): \(wrong ?? "")")
    let gaps = (0..<rows - 1).flatMap { row in
      (columns..<stride).map { output.base[row * stride + $0] }
    }
    #expect(gaps.allSatisfy { $0.isNaN }, "\(rows)×\(columns) writes between rows")
  }

  @Test("Depthwise convolutions of any size are what they are defined to be", arguments: tables)
  func depthwise(_ table: KernelTable) {
    var generator = SeededRandom(seed: 12)
    for channels in 1...70 {
      for taps in [0, 1, 3, 9, 25] { checkDepthwise(table, channels, taps, &generator) }
    }
  }

  private func checkDepthwise(
    _ table: KernelTable, _ channels: Int, _ taps: Int, _ generator: inout SeededRandom
  ) {
    let pixels = Int.random(in: 1...11, using: &generator)
    // The kernel has more positions than those inside the image.
    let positions = taps + .random(in: 0...3, using: &generator)
    let kept = Array((0..<positions).shuffled(using: &generator).prefix(taps))
    let pixelStride = channels * .random(in: 1...2, using: &generator)
    let input = FloatRoom(
      generator.floats(pixels * pixelStride + (positions + 1) * channels, isWild: taps == 3))
    let weights = generator.floats(positions * channels)
    let biases = generator.floats(channels)
    let blockFloats = (positions + 1) * 16
    var packed = [Float](repeating: 0, count: (channels + 15) / 16 * blockFloats)
    for channel in 0..<channels {
      let block = channel / 16 * blockFloats + channel % 16
      packed[block] = biases[channel]
      for position in 0..<positions {
        packed[block + (position + 1) * 16] = weights[position * channels + channel]
      }
    }
    let room = FloatRoom(packed)
    let output = FloatRoom(count: pixels * channels)
    let (low, high) = generator.range()
    table.depthwise(
      DepthwiseTask(
        input: input.raw, pixelStride: pixelStride * 4, pixels: pixels,
        tapOffsets: kept.map { $0 * channels * 4 } + [0],
        weightOffsets: kept.map { ($0 + 1) * 64 } + [0], taps: taps, blocks: room.raw,
        blockStride: blockFloats * 4, channels: channels, output: output.base, low: low, high: high)
    )
    var expected: [Exact] = []
    for pixel in 0..<pixels {
      for channel in 0..<channels {
        var terms = [Double(biases[channel])]
        for position in kept {
          let x = input.base[pixel * pixelStride + position * channels + channel]
          terms.append(Double(x) * Double(weights[position * channels + channel]))
        }
        expected.append(Exact(terms).clamped(low, high))
      }
    }
    let wrong = mismatch(output.values, expected)
    #expect(
      wrong == nil && output.isIntactAround,
      "\(pixels) pixels of \(channels), \(taps) taps: \(wrong ?? "")")
  }
}

import KernelTable
import Platform
import Testing

@testable import OpSet

/// Judge: the definitions in `IntegerProductTask` and `IntegerDepthwiseTask`, computed in int64, and
/// `Rescaling.level`, which golden vectors of the runtime judge through the operators. Both
/// instruction sets must give the same integers.
@Suite struct IntegerKernelsTests {
  static let tables = TranscendentalKernelsTests.tables

  @Test("Products of any size are what they are defined to be", arguments: tables)
  func product(_ table: KernelTable) {
    var generator = SeededRandom(seed: 31)
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
    // Longer than an int32 can hold.
    for (taps, depth) in [(1, 3000), (3, 511), (2, 1021), (30, 40)] {
      check(table, rows: 3, columns: 18, taps: taps, depth: depth, &generator)
    }
  }

  private func check(
    _ table: KernelTable, rows: Int, columns: Int, taps: Int, depth: Int,
    _ generator: inout SeededRandom
  ) {
    let form = IntegerForm(&generator)
    let pairs = (depth + 1) / 2
    let rowStride = depth + .random(in: 0...5, using: &generator)
    let tapStride = .random(in: 0...depth, using: &generator) * 3 + 1
    let input = Shorts(form.inputs(rows * rowStride + taps * tapStride + depth, &generator))
    let weights = form.weights(taps * depth * columns, &generator)
    let panels = PackedIntegers.panels(columns: columns)
    let panelShorts = taps * PackedIntegers.panelStride(pairs: pairs) / 2
    var packed = [Int16](repeating: 0, count: panels * panelShorts)
    for column in 0..<columns {
      for step in 0..<taps * depth {
        let place = (step / depth * pairs + step % depth / 2) * 32 + column % 16 * 2
        packed[column / 16 * panelShorts + place + step % depth % 2] =
          weights[step * columns + column]
      }
    }
    let room = Shorts(packed)
    let channel = Int.random(in: 0...9, using: &generator)
    let rescaling = form.rescaling(channel + columns, &generator)
    let stride = columns + .random(in: 0...7, using: &generator)
    let output = form.output((rows - 1) * stride + columns)
    let spill = UnsafeMutableRawPointer.allocate(
      byteCount: PackedIntegers.spillBytes, alignment: 64)
    defer { spill.deallocate() }
    let offsets = (0..<taps).map { $0 * tapStride * 2 } + [0]
    let pointers = (0..<rows).map { UnsafeRawPointer(input.base + $0 * rowStride) }
    table.integers.product(
      IntegerProductTask(
        rows: pointers, rowCount: rows, tapOffsets: offsets, taps: taps, pairs: pairs,
        panels: UnsafeRawPointer(room.base), panelCount: panels, columns: columns,
        channel: channel, output: output.start, outputStride: stride * form.bytes,
        isLong: form.isLong, rescaling: rescaling.task, spill: spill))
    var wrong = 0
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Int64 = 0
        for step in 0..<taps * depth {
          let x = input.base[row * rowStride + step / depth * tapStride + step % depth]
          sum += Int64(x) * Int64(weights[step * columns + column])
        }
        let expected = rescaling.level(sum, channel + column)
        if output.level(row * stride + column) != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0, "\(form) \(rows)×\(columns), \(taps) taps of \(depth)")
    let gaps = (0..<rows - 1).flatMap { row in
      (columns..<stride).map { row * stride + $0 }
    }
    #expect(output.isUntouched(gaps), "\(form) \(rows)×\(columns) writes between rows")
  }

  @Test("Depthwise convolutions of any size are what they are defined to be", arguments: tables)
  func depthwise(_ table: KernelTable) {
    var generator = SeededRandom(seed: 32)
    for channels in 1...70 {
      for taps in [1, 2, 3, 9, 25] { checkDepthwise(table, channels, taps, &generator) }
    }
  }

  private func checkDepthwise(
    _ table: KernelTable, _ channels: Int, _ taps: Int, _ generator: inout SeededRandom
  ) {
    let form = IntegerForm(&generator)
    let pixels = Int.random(in: 1...40, using: &generator)
    let pixelStride = channels * .random(in: 1...2, using: &generator)
    let input = Shorts(form.inputs(pixels * pixelStride + (taps + 1) * channels, &generator))
    let weights = form.weights(taps * channels, &generator)
    let blocks = IntegerDepthwiseBlocks(taps: taps, channels: channels)
    blocks.fill(weights)
    let rescaling = form.rescaling(channels, &generator)
    let output = form.output(pixels * channels)
    let offsets = (0..<taps).map { $0 * channels * 2 } + [0]
    let spill = UnsafeMutableRawPointer.allocate(
      byteCount: PackedIntegers.pixels * 64, alignment: 64)
    defer { spill.deallocate() }
    table.integers.depthwise(
      IntegerDepthwiseTask(
        input: UnsafeRawPointer(input.base), pixelStride: pixelStride * 2, pixels: pixels,
        tapOffsets: offsets, pairs: (taps + 1) / 2, blocks: blocks.base, channels: channels,
        output: output.start, rescaling: rescaling.task, spill: spill))
    var wrong = 0
    for pixel in 0..<pixels {
      for channel in 0..<channels {
        let sum = (0..<taps).reduce(Int64(0)) { sum, tap in
          let x = input.base[pixel * pixelStride + tap * channels + channel]
          return sum + Int64(x) * Int64(weights[tap * channels + channel])
        }
        let expected = rescaling.level(sum, channel)
        if output.level(pixel * channels + channel) != expected { wrong += 1 }
      }
    }
    #expect(wrong == 0, "\(form) \(pixels) pixels of \(channels), \(taps) taps")
    #expect(output.isUntouched([]), "\(form) \(pixels) pixels of \(channels) writes around")
  }

  @Test("Widening takes the zero point away", arguments: tables)
  func widen(_ table: KernelTable) {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for count in [0, 1, 7, 16, 33, 300] {
      let target = Shorts([Int16](repeating: 77, count: 301))
      table.integers.widen(.uint8, bytes, 121, target.base, count)
      #expect((0..<count).allSatisfy { target.base[$0] == Int16(bytes[$0]) - 121 })
      table.integers.widen(.int8, bytes, -5, target.base, count)
      #expect(
        (0..<count).allSatisfy { target.base[$0] == Int16(Int8(bitPattern: bytes[$0])) + 5 })
      #expect((count...300).allSatisfy { target.base[$0] == 77 })
    }
  }
}

/// Kinds of operands and of rescaling that meet in a model.
private struct IntegerForm: CustomStringConvertible {
  let form: IntegerRescaling.Form
  let isInt16: Bool

  init(_ generator: inout SeededRandom) {
    form = [.fixed, .wide, .real][Int.random(in: 0..<3, using: &generator)]
    isInt16 = form == .wide || Bool.random(using: &generator)
  }

  var description: String { "\(form) of \(isInt16 ? "int16" : "int8")" }
  var isLong: Bool { isInt16 && form != .fixed }
  var bytes: Int { isInt16 ? 2 : 1 }

  func inputs(_ count: Int, _ generator: inout SeededRandom) -> [Int16] {
    let limit: Int16 = isInt16 ? .max : 255
    // Many at the end of the range, which is where sums overflow.
    return (0..<count).map { _ in
      Bool.random(using: &generator) ? limit : .random(in: -limit...limit, using: &generator)
    }
  }

  func weights(_ count: Int, _ generator: inout SeededRandom) -> [Int16] {
    let limit: Int16 = isInt16 ? 128 : 255
    return (0..<count).map { _ in
      Bool.random(using: &generator) ? limit : .random(in: -limit...limit, using: &generator)
    }
  }

  func rescaling(_ channels: Int, _ generator: inout SeededRandom) -> Rescaling {
    let factors = (0..<channels).map { _ -> Double in
      let exponent = Double.random(in: form == .wide ? -20...3 : -33...8, using: &generator)
      return Double.random(in: 0.5...1, using: &generator)
        * Double(sign: .plus, exponent: Int(exponent), significand: 1)
    }
    let range: ClosedRange<Int32> = isInt16 ? -32768...32767 : -128...127
    let rescaling = Rescaling(
      form, factors: factors, outputBytes: bytes, zeroPoint: isInt16 ? 0 : 11,
      range: Bool.random(using: &generator) ? range : 11...100)
    let width: Int64 = form == .wide ? 1 << 40 : Int64(Int32.max)
    for channel in 0..<channels {
      rescaling.setBias(channel, .random(in: -width...width, using: &generator))
    }
    return rescaling
  }

  func output(_ count: Int) -> Levels { Levels(count, bytes: bytes) }
}

/// Int16 with other numbers around them: kernels may read 64 bytes behind the end.
private final class Shorts {
  private static let margin = 64
  private let memory: UnsafeMutablePointer<Int16>

  init(_ values: [Int16]) {
    memory = .allocate(capacity: values.count + 2 * Self.margin)
    memory.initialize(repeating: 12_345, count: values.count + 2 * Self.margin)
    base.update(from: values, count: values.count)
  }

  deinit { memory.deallocate() }

  var base: UnsafeMutablePointer<Int16> { memory + Self.margin }
}

/// Results, with marks around them that must stay.
private final class Levels {
  private static let margin = 64
  private static let mark: UInt8 = 0xA5
  private let memory: UnsafeMutablePointer<UInt8>
  private let count: Int
  private let bytes: Int

  init(_ count: Int, bytes: Int) {
    (self.count, self.bytes) = (count, bytes)
    memory = .allocate(capacity: count * bytes + 2 * Self.margin)
    memory.initialize(repeating: Self.mark, count: count * bytes + 2 * Self.margin)
  }

  deinit { memory.deallocate() }

  var start: UnsafeMutableRawPointer { UnsafeMutableRawPointer(memory + Self.margin) }

  func level(_ index: Int) -> Int32 {
    bytes == 2
      ? Int32(start.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
      : Int32(start.loadUnaligned(fromByteOffset: index, as: Int8.self))
  }

  /// Nothing was written around the results, nor at the elements.
  func isUntouched(_ elements: [Int]) -> Bool {
    let end = Self.margin + count * bytes
    let around = Array(0..<Self.margin) + Array(end..<end + Self.margin)
    let inside = elements.flatMap {
      [Self.margin + $0 * bytes, Self.margin + ($0 + 1) * bytes - 1]
    }
    return (around + inside).allSatisfy { memory[$0] == Self.mark }
  }
}

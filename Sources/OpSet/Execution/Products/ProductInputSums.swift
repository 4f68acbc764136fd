import KernelTable
import TFLite

/// For an operator that multiplies its input by a filter: how much of the input, in sum over all
/// output positions, each filter element meets.
///
/// The sum of an output channel's results is Σ w × sum + positions × bias, so a change of the
/// weights moves the channel's mean by Σ Δw × sum ÷ positions: what bias correction takes back.
public struct ProductInputSums {
  /// Sums by tap (row-major) × input channel.
  public let count: Int
  /// Output positions, batches included.
  public let positions: Int
  public let channels: Int
  private let input: Value
  private let image: ImageShape
  private let rows: [Steps]
  private let columns: [Steps]

  /// Input positions that one tap meets.
  private struct Steps {
    let first: Int
    let step: Int
    let count: Int

    func contains(_ position: Int) -> Bool {
      position >= first && (position &- first) % step == 0 && (position &- first) / step < count
    }
  }

  /// Nil for other operators, and for input that is not float32.
  public init?(
    _ kind: BuiltinOperator, options: Options?, inputs: [Value?], output: Value
  ) throws {
    func value(_ index: Int) -> Value? { inputs.indices.contains(index) ? inputs[index] : nil }
    guard let filter = value(1), let data = value(kind == .transposeConv ? 2 : 0),
      data.type == .float32
    else { return nil }
    input = data
    switch kind {
    case .fullyConnected:
      guard let depth = filter.shape.last, depth > 0 else { return nil }
      image = ImageShape(batches: 1, height: 1, width: data.count / depth, channels: depth)
      rows = [Steps(first: 0, step: 1, count: 1)]
      columns = [Steps(first: 0, step: 1, count: image.width)]
      positions = image.width
    case .conv2D:
      let axes = try Self.windows(
        data, filter, options, (Conv2D.strideH, Conv2D.strideW),
        (Conv2D.dilationH, Conv2D.dilationW), Conv2D.padding)
      (image, rows, columns) = (try ImageShape(data), axes.rows, axes.columns)
      positions = image.batches * output.size(1) * output.size(2)
    case .depthwiseConv2D:
      let axes = try Self.windows(
        data, filter, options, (DepthwiseConv2D.strideH, DepthwiseConv2D.strideW),
        (DepthwiseConv2D.dilationH, DepthwiseConv2D.dilationW), DepthwiseConv2D.padding)
      (image, rows, columns) = (try ImageShape(data), axes.rows, axes.columns)
      positions = image.batches * output.size(1) * output.size(2)
    case .transposeConv:
      let kernel = try ImageShape(filter, what: "the filter")
      image = try ImageShape(data)
      rows = try Self.transposed(
        image.height, output.size(1), kernel.height, options?[TransposeConv.strideH] ?? 0)
      columns = try Self.transposed(
        image.width, output.size(2), kernel.width, options?[TransposeConv.strideW] ?? 0)
      positions = image.batches * output.size(1) * output.size(2)
    default:
      return nil
    }
    channels = image.channels
    count = rows.count * columns.count * channels
  }

  private static func windows(
    _ data: Value, _ filter: Value, _ options: Options?,
    _ stride: (y: OptionKey<Int32>, x: OptionKey<Int32>),
    _ dilation: (y: OptionKey<Int32>, x: OptionKey<Int32>), _ padding: OptionKey<Int8>
  ) throws -> (rows: [Steps], columns: [Steps]) {
    let image = try ImageShape(data)
    let kernel = try ImageShape(filter, what: "the filter")
    func steps(
      _ input: Int, _ kernel: Int, _ stride: OptionKey<Int32>, _ dilation: OptionKey<Int32>
    ) throws -> [Steps] {
      let axis = try WindowAxis(
        input: input, kernel: kernel, stride: Int(options?[stride] ?? 0),
        dilation: Int(options?[dilation] ?? 1), isSame: options?[padding] ?? 0 == 0)
      return (0..<kernel).map { tap in
        let start = tap * axis.dilation - axis.padding
        let skipped = start >= 0 ? 0 : (-start + axis.stride - 1) / axis.stride
        let first = start + skipped * axis.stride
        let room = first >= input ? 0 : (input - first + axis.stride - 1) / axis.stride
        return Steps(
          first: first, step: axis.stride, count: max(0, min(axis.output - skipped, room)))
      }
    }
    return (
      try steps(image.height, kernel.height, stride.y, dilation.y),
      try steps(image.width, kernel.width, stride.x, dilation.x)
    )
  }

  private static func transposed(
    _ input: Int, _ output: Int, _ kernel: Int, _ stride: Int32
  ) throws -> [Steps] {
    let axis = try TransposedAxis(
      input: input, output: output, kernel: kernel, stride: Int(stride))
    return (0..<kernel).map { tap in
      // Output position = input position × stride + tap − padding.
      let offset = axis.padding - tap
      let first = offset <= 0 ? 0 : (offset + axis.stride - 1) / axis.stride
      let end = min(input, max(0, (output - 1 + offset) / axis.stride + 1))
      return Steps(first: first, step: 1, count: output + offset <= 0 ? 0 : max(0, end - first))
    }
  }

  /// Adds this run's sums to `sums`, which has room for `count`.
  public func add(to sums: UnsafeMutablePointer<Double>) {
    let width = columns.count &* channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(width, 1)) { buffer in
      guard let line = buffer.baseAddress else { return }
      for batch in 0..<image.batches {
        for y in 0..<image.height {
          guard rows.contains(where: { $0.contains(y) }) else { continue }
          line.initialize(repeating: 0, count: width)
          addLine((batch &* image.height &+ y) &* image.rowFloats, to: line)
          for (tap, steps) in rows.enumerated() where steps.contains(y) {
            let target = sums + tap &* width
            for index in 0..<width { target[index] += Double(line[index]) }
          }
        }
      }
    }
  }

  private func addLine(_ start: Int, to line: UnsafeMutablePointer<Float>) {
    for (tap, steps) in columns.enumerated() {
      KernelTable.chosen.observation.sumRows(
        input.floats + (start &+ steps.first &* channels), steps.count, steps.step &* channels,
        channels, line + tap &* channels)
    }
  }
}

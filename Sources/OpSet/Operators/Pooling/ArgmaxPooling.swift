import TFLite

/// MediaPipe's pooling that also returns which position of each window was the greatest, and its
/// inverse. Positions are floats, 0.1 above the whole number; options are a raw `TfLitePoolParams`.
extension OpKernel {
  static let maxPoolingWithArgmax2D = OpKernel { preparation in
    let options = try PoolOptions(preparation.customOptions)
    let image = try ImageShape(try preparation.input(0))
    let (input, output) = (try preparation.input(0), try preparation.output(0))
    let positions = try preparation.output(1)
    for value in [input, output, positions] {
      try preparation.requireType(value, .float32, what: "an image")
    }
    let rows = try WindowAxis(
      input: image.height, kernel: options.filter.height, stride: options.stride.height,
      isSame: options.isSame)
    let columns = try WindowAxis(
      input: image.width, kernel: options.filter.width, stride: options.stride.width,
      isSame: options.isSame)
    let shape = [image.batches, rows.output, columns.output, image.channels]
    try preparation.setShape(shape, ofOutput: 0)
    try preparation.setShape(shape, ofOutput: 1)
    let activation = try FusedActivation(code: options.activation)
    let pool = ArgmaxPool(image: image, rows: rows, columns: columns)
    let lines = image.batches * rows.output
    guard output.count > 0 else { return [] }
    return .each(of: lines, operations: output.count * rows.kernel * columns.kernel) { line, _ in
      let first = line &* columns.output &* image.channels
      pool.line(line, input.floats, output.floats + first, positions.floats + first)
      for index in first..<first &+ columns.output &* image.channels {
        output.floats[index] = min(max(output.floats[index], activation.low), activation.high)
      }
    }
  }

  /// Every element goes to its place in its window; the rest is 0.
  static let maxUnpooling2D = OpKernel { preparation in
    let options = try PoolOptions(preparation.customOptions)
    let image = try ImageShape(try preparation.input(0))
    let (input, positions) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    for value in [input, positions, output] {
      try preparation.requireType(value, .float32, what: "an image")
    }
    try preparation.require(
      positions.shape == input.shape,
      "positions of shape \(positions.shape) do not fit \(input.shape)")
    let unpool = Unpool(image, options)
    try preparation.setShape([image.batches, unpool.height, unpool.width, image.channels])
    let zero = preparation.copy(
      .filled(output.count), elementBytes: 4, from: .constant(ConstantBytes([0])),
      to: .value(output))
    guard input.count > 0 else { return zero }
    // Overlapping windows of an image are written in order.
    let unit =
      options.stride.height >= options.filter.height ? image.width : image.width * image.height
    let units = input.count / image.channels / unit
    let parts = Tiling.parts(of: units, operations: output.count)
    return zero + [
      .tiles(parts) { part, _ in
        let range = Tiling.range(part, of: parts, count: units)
        unpool.scatter(
          range.lowerBound &* unit..<range.upperBound &* unit, input.floats, positions.floats,
          output.floats)
      }
    ]
  }
}

extension OpGradient {
  /// The element whose position was found gets the gradient. Positions have none.
  static let maxPoolingWithArgmax2D = OpGradient { step in
    let options = try PoolOptions(step.customOptions)
    let (image, output) = (try ImageShape(try step.input(0)), try step.output())
    guard let gradient = step.gradient(0), step.outputs.count > 1, let positions = step.outputs[1]
    else { return }
    let activation = try FusedActivation(code: options.activation)
    let unpool = Unpool(
      image: ImageShape(
        batches: image.batches, height: output.size(1), width: output.size(2),
        channels: image.channels),
      height: image.height, width: image.width, options, isSame: options.isSame)
    unpool.forEach(0..<output.count / image.channels, positions.floats) { small, large in
      let value = output.floats[small]
      guard value > activation.low, value < activation.high else { return }
      gradient[large] += step.outputGradient[small]
    }
  }

  /// An element gets the gradient of its place, unless a later one was written there.
  static let maxUnpooling2D = OpGradient { step in
    let options = try PoolOptions(step.customOptions)
    let (image, output) = (try ImageShape(try step.input(0)), try step.output())
    let positions = try step.input(1).floats
    guard let gradient = step.gradient(0) else { return }
    let pixels = 0..<image.batches * image.height * image.width
    let unpool = Unpool(image, options)
    var last = [Int](repeating: -1, count: output.count)
    unpool.forEach(pixels, positions) { small, large in last[large] = small }
    unpool.forEach(pixels, positions) { small, large in
      if last[large] == small { gradient[small] += step.outputGradient[large] }
    }
  }
}

/// Positions in windows as places in the larger image.
private struct Unpool {
  let image: ImageShape
  let height: Int
  let width: Int
  private let stride: (width: Int, height: Int)
  private let filter: (width: Int, height: Int)
  private let top: Int
  private let left: Int

  /// Pads as MediaPipe does, with the sizes of the larger image as the input.
  init(image: ImageShape, height: Int, width: Int, _ options: PoolOptions, isSame: Bool) {
    self.image = image
    self.height = height
    self.width = width
    (stride, filter) = (options.stride, options.filter)
    func padding(_ large: Int, _ small: Int, _ filter: Int, _ stride: Int) -> Int {
      isSame ? max(0, (small - 1) * stride + filter - large) / 2 : 0
    }
    top = padding(height, image.height, filter.height, stride.height)
    left = padding(width, image.width, filter.width, stride.width)
  }

  /// The larger image of MaxUnpooling2D.
  init(_ image: ImageShape, _ options: PoolOptions) {
    self.init(
      image: image, height: image.height * options.filter.height,
      width: image.width * options.filter.width, options, isSame: true)
  }

  func scatter(
    _ pixels: Range<Int>, _ input: UnsafePointer<Float>, _ positions: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) {
    forEach(pixels, positions) { small, large in output[large] = input[small] }
  }

  /// Calls `body` with each element of the pixels and its place in the larger image.
  @inline(__always)
  func forEach(
    _ pixels: Range<Int>, _ positions: UnsafePointer<Float>,
    _ body: (_ small: Int, _ large: Int) -> Void
  ) {
    let channels = image.channels
    for pixel in pixels {
      let y = pixel / image.width % image.height &* stride.height &- top
      let x = pixel % image.width &* stride.width &- left
      let first = pixel / (image.width &* image.height) &* height &* width &* channels
      for channel in 0..<channels {
        let position = positions[pixel &* channels &+ channel]
        guard position >= 0, position < 65536 else { continue }
        let tap = Int(position)
        let (row, column) = (y &+ tap / filter.width, x &+ tap % filter.width)
        guard row >= 0, row < height, column >= 0, column < width else { continue }
        body(
          pixel &* channels &+ channel,
          first &+ (row &* width &+ column) &* channels &+ channel)
      }
    }
  }
}

private struct ArgmaxPool {
  let image: ImageShape
  let rows: WindowAxis
  let columns: WindowAxis

  /// One line of the output.
  func line(
    _ line: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ positions: UnsafeMutablePointer<Float>
  ) {
    let channels = image.channels
    let source = input + line / rows.output &* image.imageFloats
    let row = line % rows.output
    output.update(
      repeating: -Float.greatestFiniteMagnitude, count: columns.output &* channels)
    positions.update(repeating: 0.1, count: columns.output &* channels)
    for column in 0..<columns.output {
      for y in rows.taps(row) {
        let top = (row &* rows.stride &- rows.padding &+ y) &* image.rowFloats
        for x in columns.taps(column) {
          let left = (column &* columns.stride &- columns.padding &+ x) &* channels
          keepGreater(
            source + (top &+ left), output + column &* channels, positions + column &* channels,
            channels, Float(y &* columns.kernel &+ x) + 0.1)
        }
      }
    }
  }

  @inline(__always)
  private func keepGreater(
    _ source: UnsafePointer<Float>, _ best: UnsafeMutablePointer<Float>,
    _ position: UnsafeMutablePointer<Float>, _ count: Int, _ tap: Float
  ) {
    for channel in 0..<count {
      let isGreater = source[channel] > best[channel]
      best[channel] = isGreater ? source[channel] : best[channel]
      position[channel] = isGreater ? tap : position[channel]
    }
  }
}

/// `TfLitePoolParams` as it stands in memory: int32s, the last two computed by the runtime.
private struct PoolOptions {
  let isSame: Bool
  let stride: (width: Int, height: Int)
  let filter: (width: Int, height: Int)
  let activation: Int

  init(_ bytes: [UInt8]) throws {
    guard bytes.count >= 24 else {
      throw OperatorFault.invalid(
        "the custom options have \(bytes.count) bytes, expected 24 or more")
    }
    let fields = bytes.withUnsafeBytes { buffer in
      (0..<6).map { Int(buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
    }
    guard fields[0] == 1 || fields[0] == 2, fields[1...4].allSatisfy({ $0 > 0 && $0 < 4096 })
    else {
      throw OperatorFault.invalid("the pooling parameters \(fields) are not possible")
    }
    isSame = fields[0] == 1
    stride = (fields[1], fields[2])
    filter = (fields[3], fields[4])
    activation = fields[5]
  }
}

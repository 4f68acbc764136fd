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
    let (height, width) = (
      image.height * options.filter.height, image.width * options.filter.width
    )
    try preparation.setShape([image.batches, height, width, image.channels])
    // As MediaPipe computes it, with the sizes of the larger image as the input.
    func padding(_ large: Int, _ small: Int, _ filter: Int, _ stride: Int) -> Int {
      max(0, (small - 1) * stride + filter - large) / 2
    }
    let unpool = Unpool(
      image: image, height: height, width: width, stride: options.stride, filter: options.filter,
      top: padding(height, image.height, options.filter.height, options.stride.height),
      left: padding(width, image.width, options.filter.width, options.stride.width))
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

private struct Unpool {
  let image: ImageShape
  let height: Int
  let width: Int
  let stride: (width: Int, height: Int)
  let filter: (width: Int, height: Int)
  let top: Int
  let left: Int

  func scatter(
    _ pixels: Range<Int>, _ input: UnsafePointer<Float>, _ positions: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let channels = image.channels
    for pixel in pixels {
      let y = pixel / image.width % image.height &* stride.height &- top
      let x = pixel % image.width &* stride.width &- left
      let target = output + pixel / (image.width &* image.height) &* height &* width &* channels
      for channel in 0..<channels {
        let position = positions[pixel &* channels &+ channel]
        guard position >= 0, position < 65536 else { continue }
        let tap = Int(position)
        let (row, column) = (y &+ tap / filter.width, x &+ tap % filter.width)
        guard row >= 0, row < height, column >= 0, column < width else { continue }
        target[(row &* width &+ column) &* channels &+ channel] =
          input[
            pixel &* channels &+ channel]
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

import TFLite

/// The input of a product as an image, and how output positions meet it.
struct ProductImage {
  let input: Value
  let image: ImageShape
  let rows: ProductAxis
  let columns: ProductAxis
  let outputHeight: Int
  let outputWidth: Int
  /// Input channels that one row of the weight meets: of a group.
  let channels: Int

  /// Output positions, batches included.
  var positions: Int { image.batches * outputHeight * outputWidth }

  /// Returns nil where rows cannot be gathered, and for input that is not float32.
  init?(
    _ geometry: ProductGeometry, options: Options?, inputs: [Value?], output: Value
  ) throws {
    func value(_ index: Int) -> Value? { inputs.indices.contains(index) ? inputs[index] : nil }
    guard let layout = geometry.rows, let weight = value(geometry.weight),
      let data = value(layout.data), data.type == .float32
    else { return nil }
    input = data
    switch layout.positions {
    case .runsOfWeight:
      guard let depth = weight.shape.last, depth > 0 else { return nil }
      (image, rows, columns) = try Self.consecutive(data, depth)
      (channels, outputHeight, outputWidth) = (depth, 1, image.width)
    case .lastAxis(unless: let adjoint):
      guard let depth = data.shape.last, depth > 0, !(options?[adjoint] ?? false) else {
        return nil
      }
      (image, rows, columns) = try Self.consecutive(data, depth)
      (channels, outputHeight, outputWidth) = (depth, 1, image.width)
    case .window(let keys):
      image = try ImageShape(data)
      let kernel = try ImageShape(weight, what: "the filter")
      channels = geometry.isDepthwise ? 1 : kernel.channels
      func axis(
        _ input: Int, _ kernel: Int, _ stride: OptionKey<Int32>, _ dilation: OptionKey<Int32>
      ) throws -> ProductAxis {
        .window(
          try WindowAxis(
            input: input, kernel: kernel, stride: Int(options?[stride] ?? 0),
            dilation: Int(options?[dilation] ?? 1), isSame: options?[keys.padding] ?? 0 == 0))
      }
      rows = try axis(image.height, kernel.height, keys.strideY, keys.dilationY)
      columns = try axis(image.width, kernel.width, keys.strideX, keys.dilationX)
      (outputHeight, outputWidth) = (output.size(1), output.size(2))
    case .transposed(let strideY, let strideX):
      image = try ImageShape(data)
      let kernel = try ImageShape(weight, what: "the filter")
      channels = image.channels
      (outputHeight, outputWidth) = (output.size(1), output.size(2))
      rows = .transposed(
        try TransposedAxis(
          input: image.height, output: outputHeight, kernel: kernel.height,
          stride: Int(options?[strideY] ?? 0)))
      columns = .transposed(
        try TransposedAxis(
          input: image.width, output: outputWidth, kernel: kernel.width,
          stride: Int(options?[strideX] ?? 0)))
    }
  }

  /// Rows that stand one behind the other, as a line of pixels.
  private static func consecutive(
    _ data: Value, _ depth: Int
  ) throws -> (ImageShape, ProductAxis, ProductAxis) {
    let image = ImageShape(batches: 1, height: 1, width: data.count / depth, channels: depth)
    return (
      image,
      .window(try WindowAxis(input: 1, kernel: 1, stride: 1, isSame: false)),
      .window(try WindowAxis(input: image.width, kernel: 1, stride: 1, isSame: false))
    )
  }
}

import TFLite

/// For an operator that multiplies its input by a filter: the rows of input, one for each output
/// position, that the filter's rows are multiplied with ("im2col"), zeros for padding included.
///
/// A row goes by tap (row-major) × input channel of the group, as `WeightMatrix` has its columns.
public struct ProductInputRows {
  /// Output positions, batches included.
  public let count: Int
  /// Groups of input channels with filters of their own.
  public let groups: Int
  /// Floats of a row of one group.
  public let depth: Int
  private let input: Value
  private let image: ImageShape
  private let channels: Int
  private let outputHeight: Int
  private let outputWidth: Int
  private let rows: Axis
  private let columns: Axis

  /// The input position that a tap meets at an output position.
  private enum Axis {
    case window(WindowAxis)
    case transposed(TransposedAxis)

    var taps: Int {
      switch self {
      case .window(let axis): axis.kernel
      case .transposed(let axis): axis.kernel
      }
    }

    /// −1 for padding.
    func position(_ output: Int, _ tap: Int) -> Int {
      let (position, size): (Int, Int)
      switch self {
      case .window(let axis):
        position = output &* axis.stride &- axis.padding &+ tap &* axis.dilation
        size = axis.input
      case .transposed(let axis):
        let distance = output &+ axis.padding &- tap
        guard distance >= 0, distance % axis.stride == 0 else { return -1 }
        position = distance / axis.stride
        size = axis.input
      }
      return position >= 0 && position < size ? position : -1
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
    case .fullyConnected, .batchMatMul:
      let depth = kind == .fullyConnected ? filter.shape.last : data.shape.last
      guard let depth, depth > 0, !(options?[BatchMatMul.adjointX] ?? false) || kind != .batchMatMul
      else { return nil }
      image = ImageShape(batches: 1, height: 1, width: data.count / depth, channels: depth)
      let single = try WindowAxis(input: image.width, kernel: 1, stride: 1, isSame: false)
      rows = .window(try WindowAxis(input: 1, kernel: 1, stride: 1, isSame: false))
      columns = .window(single)
      (channels, outputHeight, outputWidth) = (depth, 1, image.width)
    case .conv2D:
      image = try ImageShape(data)
      let kernel = try ImageShape(filter, what: "the filter")
      channels = kernel.channels
      rows = try Self.window(
        image.height, kernel.height, options, Conv2D.strideH, Conv2D.dilationH, Conv2D.padding)
      columns = try Self.window(
        image.width, kernel.width, options, Conv2D.strideW, Conv2D.dilationW, Conv2D.padding)
      (outputHeight, outputWidth) = (output.size(1), output.size(2))
    case .depthwiseConv2D:
      image = try ImageShape(data)
      let kernel = try ImageShape(filter, what: "the filter")
      channels = 1
      rows = try Self.window(
        image.height, kernel.height, options, DepthwiseConv2D.strideH, DepthwiseConv2D.dilationH,
        DepthwiseConv2D.padding)
      columns = try Self.window(
        image.width, kernel.width, options, DepthwiseConv2D.strideW, DepthwiseConv2D.dilationW,
        DepthwiseConv2D.padding)
      (outputHeight, outputWidth) = (output.size(1), output.size(2))
    case .transposeConv:
      image = try ImageShape(data)
      let kernel = try ImageShape(filter, what: "the filter")
      channels = image.channels
      (outputHeight, outputWidth) = (output.size(1), output.size(2))
      rows = .transposed(
        try .init(
          input: image.height, output: outputHeight, kernel: kernel.height,
          stride: Int(options?[TransposeConv.strideH] ?? 0)))
      columns = .transposed(
        try .init(
          input: image.width, output: outputWidth, kernel: kernel.width,
          stride: Int(options?[TransposeConv.strideW] ?? 0)))
    default:
      return nil
    }
    guard channels > 0, image.channels % channels == 0 else { return nil }
    groups = image.channels / channels
    depth = rows.taps * columns.taps * channels
    count = image.batches * outputHeight * outputWidth
  }

  private static func window(
    _ input: Int, _ kernel: Int, _ options: Options?, _ stride: OptionKey<Int32>,
    _ dilation: OptionKey<Int32>, _ padding: OptionKey<Int8>
  ) throws -> Axis {
    .window(
      try WindowAxis(
        input: input, kernel: kernel, stride: Int(options?[stride] ?? 0),
        dilation: Int(options?[dilation] ?? 1), isSame: options?[padding] ?? 0 == 0))
  }

  /// Whether the input is the rows as they stand, one behind the other.
  var isConsecutive: Bool {
    guard groups == 1, case .window(let y) = rows, case .window(let x) = columns else {
      return false
    }
    return [y, x].allSatisfy { $0.kernel == 1 && $0.stride == 1 }
  }

  /// Copies the rows of all groups at an output position below `count`: groups × depth floats.
  public func copy(_ position: Int, to target: UnsafeMutablePointer<Float>) {
    let x = position % outputWidth
    let y = position / outputWidth % outputHeight
    let batch = position / (outputWidth &* outputHeight)
    let base = input.floats + batch &* image.imageFloats
    var tap = 0
    for ky in 0..<rows.taps {
      let row = rows.position(y, ky)
      for kx in 0..<columns.taps {
        let column = columns.position(x, kx)
        let place = target + tap &* channels
        tap &+= 1
        guard row >= 0, column >= 0 else {
          for group in 0..<groups {
            (place + group &* depth).update(repeating: 0, count: channels)
          }
          continue
        }
        let source = base + (row &* image.rowFloats &+ column &* image.channels)
        for group in 0..<groups {
          (place + group &* depth).update(from: source + group &* channels, count: channels)
        }
      }
    }
  }

  /// Adds what stands in the rows of all groups at an output position to where `copy` takes it from,
  /// in an array of the input's shape.
  func add(
    _ position: Int, _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    let x = position % outputWidth
    let y = position / outputWidth % outputHeight
    let batch = position / (outputWidth &* outputHeight)
    let base = target + batch &* image.imageFloats
    for ky in 0..<rows.taps {
      let row = rows.position(y, ky)
      guard row >= 0 else { continue }
      for kx in 0..<columns.taps {
        let column = columns.position(x, kx)
        guard column >= 0 else { continue }
        let tap = source + (ky &* columns.taps &+ kx) &* channels
        let place = base + (row &* image.rowFloats &+ column &* image.channels)
        for group in 0..<groups {
          let (from, to) = (tap + group &* depth, place + group &* channels)
          for channel in 0..<channels { to[channel] += from[channel] }
        }
      }
    }
  }
}

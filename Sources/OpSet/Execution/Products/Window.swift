import TFLite

/// One axis of a sliding window: sizes, stride, dilation and padding. SAME puts the odd pixel behind.
///
/// Source: tensorflow/lite/kernels/padding.h.
struct WindowAxis {
  let input: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  let output: Int
  /// Positions before the input.
  let padding: Int

  /// `isSame` is the option padding SAME (0); else VALID.
  init(input: Int, kernel: Int, stride: Int, dilation: Int = 1, isSame: Bool) throws {
    guard kernel > 0, stride > 0, dilation > 0 else {
      throw OperatorFault.invalid(
        "a window cannot have size \(kernel), stride \(stride), dilation \(dilation)")
    }
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    let extent = (kernel - 1) * dilation + 1
    output =
      isSame
      ? (input + stride - 1) / stride : max(0, (input + stride - extent) / stride)
    padding = max(0, (output - 1) * stride + extent - input) / 2
  }

  /// Input positions that one position of the window spans.
  var extent: Int { (kernel - 1) * dilation + 1 }

  /// Whether any window reaches outside the input.
  var isPadded: Bool {
    padding > 0 || (output - 1) * stride + extent - padding > input
  }

  /// Returns the kernel positions that fall inside the input for an output position.
  func taps(_ position: Int) -> Range<Int> {
    let start = position &* stride &- padding
    let first = start >= 0 ? 0 : (-start &+ dilation &- 1) / dilation
    let room = input &- start
    let end = room <= 0 ? 0 : min(kernel, (room &+ dilation &- 1) / dilation)
    return min(first, end)..<max(min(first, end), end)
  }

  /// Output positions whose window lies inside the input.
  var interior: Range<Int> {
    let first = min(output, (padding + stride - 1) / stride)
    let last = input + padding - extent
    let end = last < 0 ? 0 : min(output, last / stride + 1)
    return first..<max(first, end)
  }
}

/// The image of an NHWC tensor.
struct ImageShape {
  let batches: Int
  let height: Int
  let width: Int
  let channels: Int

  init(batches: Int, height: Int, width: Int, channels: Int) {
    self.batches = batches
    self.height = height
    self.width = width
    self.channels = channels
  }

  init(_ value: Value, what: String = "the input") throws {
    guard value.rank == 4 else {
      throw OperatorFault.invalid("\(what) has \(value.rank) dimensions, expected 4")
    }
    batches = value.shape[0]
    height = value.shape[1]
    width = value.shape[2]
    channels = value.shape[3]
  }

  var rowFloats: Int { width * channels }
  var imageFloats: Int { height * width * channels }

  /// Copies rows [y, y + rows) × columns [x, x + columns) of image `batch` to `target`, zeros where
  /// they are outside.
  func copyPadded(
    _ source: UnsafePointer<Float>, batch: Int, y: Int, rows: Int, x: Int, columns: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    let before = max(0, min(columns, -x))
    let inside = max(0, min(columns, width &- x) &- before)
    let after = columns &- before &- inside
    for row in 0..<rows {
      let out = target + row &* columns &* channels
      guard y &+ row >= 0, y &+ row < height, inside > 0 else {
        out.update(repeating: 0, count: columns &* channels)
        continue
      }
      let line = source + (((batch &* height &+ y &+ row) &* width &+ x &+ before) &* channels)
      out.update(repeating: 0, count: before &* channels)
      (out + before &* channels).update(from: line, count: inside &* channels)
      (out + (before &+ inside) &* channels).update(repeating: 0, count: after &* channels)
    }
  }
}

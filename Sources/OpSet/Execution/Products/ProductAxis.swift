/// One axis of the input of a product: which input position a tap of the weight meets at an output
/// position.
enum ProductAxis {
  case window(WindowAxis)
  case transposed(TransposedAxis)

  var taps: Int {
    switch self {
    case .window(let axis): axis.kernel
    case .transposed(let axis): axis.kernel
    }
  }

  /// Whether output position i meets input position i alone.
  var isIdentity: Bool {
    guard case .window(let axis) = self else { return false }
    return axis.kernel == 1 && axis.stride == 1
  }

  /// Returns −1 for padding.
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

  /// Input positions that one tap meets.
  struct Steps {
    let first: Int
    let step: Int
    let count: Int

    func contains(_ position: Int) -> Bool {
      position >= first && (position &- first) % step == 0 && (position &- first) / step < count
    }
  }

  /// Returns the input positions that a tap meets at all output positions: those of `position` that
  /// are not padding.
  func steps(_ tap: Int) -> Steps {
    switch self {
    case .window(let axis):
      let start = tap * axis.dilation - axis.padding
      let skipped = start >= 0 ? 0 : (-start + axis.stride - 1) / axis.stride
      let first = start + skipped * axis.stride
      let room =
        first >= axis.input ? 0 : (axis.input - first + axis.stride - 1) / axis.stride
      return Steps(
        first: first, step: axis.stride, count: max(0, min(axis.output - skipped, room)))
    case .transposed(let axis):
      // Output position = input position × stride + tap − padding.
      let offset = axis.padding - tap
      let first = offset <= 0 ? 0 : (offset + axis.stride - 1) / axis.stride
      let end = min(axis.input, max(0, (axis.output - 1 + offset) / axis.stride + 1))
      return Steps(
        first: first, step: 1, count: axis.output + offset <= 0 ? 0 : max(0, end - first))
    }
  }
}

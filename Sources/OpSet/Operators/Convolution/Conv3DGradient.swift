import KernelTable
import TFLite

/// The rows of a volume under a window, one for each position of the window: taps × channels floats,
/// zeros for padding included.
private struct VolumeRows {
  let window: VolumeWindow
  let channels: Int
  let batches: Int

  var count: Int { batches * window.z.output * window.y.output * window.x.output }
  var depth: Int { window.taps * channels }

  /// Calls `body` with the offset in the volume and in the row of each run of floats that lie inside.
  func forEachTap(
    _ position: Int, _ body: (_ place: Int, _ offset: Int) -> Void
  ) {
    let (rest, x) = position.quotientAndRemainder(dividingBy: window.x.output)
    let (slice, y) = rest.quotientAndRemainder(dividingBy: window.y.output)
    let (batch, z) = slice.quotientAndRemainder(dividingBy: window.z.output)
    for kz in window.z.taps(z) {
      let plane = batch &* window.z.input &+ window.z.position(z, kz)
      for ky in window.y.taps(y) {
        let line = plane &* window.y.input &+ window.y.position(y, ky)
        let tap = (kz &* window.y.kernel &+ ky) &* window.x.kernel
        for kx in window.x.taps(x) {
          body(
            (line &* window.x.input &+ window.x.position(x, kx)) &* channels,
            (tap &+ kx) &* channels)
        }
      }
    }
  }

  func copy(
    _ range: Range<Int>, of volume: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    target.update(repeating: 0, count: range.count * depth)
    for position in range {
      let row = target + (position &- range.lowerBound) &* depth
      forEachTap(position) { place, offset in
        (row + offset).update(from: volume + place, count: channels)
      }
    }
  }

  func add(
    _ range: Range<Int>, _ rows: UnsafePointer<Float>, to volume: UnsafeMutablePointer<Float>,
    _ kernels: KernelTable
  ) {
    for position in range {
      let row = rows + (position &- range.lowerBound) &* depth
      forEachTap(position) { place, offset in
        kernels.accumulate(row + offset, 1, volume + place, channels)
      }
    }
  }
}

extension OpGradient {
  /// As that of CONV_2D, with rows of volumes.
  static let conv3D = OpGradient { step in
    try step.undo(Conv3D.activation)
    let (input, filter) = (try step.input(0), try step.input(1))
    let columns = filter.shape[4]
    let rows = VolumeRows(
      window: try VolumeWindow(step, large: input.shape[1..<4], kernel: filter.shape[..<3]),
      channels: input.shape[4], batches: input.shape[0])
    step.addBias(2, rows: rows.count, columns: columns)
    step.inBlocks(rows) { range, room, product in
      let given = MatrixView(
        step.outputGradient + range.lowerBound &* columns, rowStride: columns)
      if let gradient = step.gradient(1) {
        rows.copy(range, of: input.floats, to: room)
        product.add(
          MatrixView(room, rowStride: rows.depth).transposed, given, rows: rows.depth,
          depth: range.count, columns: columns, to: gradient, stride: columns)
      }
      guard let gradient = step.gradient(0) else { return }
      room.update(repeating: 0, count: range.count * rows.depth)
      product.add(
        given, MatrixView(filter.floats, rowStride: columns).transposed, rows: range.count,
        depth: columns, columns: rows.depth, to: room, stride: rows.depth)
      rows.add(range, room, to: gradient, step.kernels)
    }
  }

  /// The window slides over the output's gradient: the input's gradient is a convolution of it.
  static let conv3DTranspose = OpGradient { step in
    try step.undo(Conv3D.activation)
    let (filter, input, output) = (try step.input(1), try step.input(2), try step.output())
    let (channels, depth) = (output.shape[4], input.shape[4])
    let rows = VolumeRows(
      window: try VolumeWindow(step, large: output.shape[1..<4], kernel: filter.shape[..<3]),
      channels: channels, batches: output.shape[0])
    step.addBias(3, rows: output.count / max(channels, 1), columns: channels)
    step.inBlocks(rows) { range, room, product in
      rows.copy(range, of: step.outputGradient, to: room)
      let given = MatrixView(room, rowStride: rows.depth)
      let source = MatrixView(input.floats + range.lowerBound &* depth, rowStride: depth)
      if let gradient = step.gradient(2) {
        product.add(
          given, MatrixView(filter.floats, rowStride: depth), rows: range.count,
          depth: rows.depth, columns: depth, to: gradient + range.lowerBound &* depth,
          stride: depth)
      }
      if let gradient = step.gradient(1) {
        product.add(
          given.transposed, source, rows: rows.depth, depth: range.count, columns: depth,
          to: gradient, stride: depth)
      }
    }
  }
}

extension GradientStep {
  /// Adds the sums of the output's gradient over all positions.
  fileprivate func addBias(_ index: Int, rows: Int, columns: Int) {
    guard let gradient = gradient(index) else { return }
    kernels.observation.sumRows(outputGradient, rows, columns, columns, gradient)
  }

  /// Calls `body` for blocks of rows, with room for them.
  fileprivate func inBlocks(
    _ rows: VolumeRows,
    _ body: (Range<Int>, UnsafeMutablePointer<Float>, AddedProduct) -> Void
  ) {
    let block = min(rows.count, 256)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, block * rows.depth)) { room in
      guard let room = room.baseAddress else { return }
      for first in stride(from: 0, to: rows.count, by: max(block, 1)) {
        body(first..<min(first + block, rows.count), room, AddedProduct(kernels: kernels))
      }
    }
  }
}

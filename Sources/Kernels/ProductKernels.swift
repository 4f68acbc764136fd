import KernelTable

/// The matrix product and every convolution: 6 rows × 16 columns in registers.
enum ProductKernels {
  static let run: @Sendable (borrowing ProductTask) -> Void = { task in
    if task.rowCount == 1 { return runRow(task) }
    let panelStride = PackedProduct.panelStride(steps: task.taps &* task.depth)
    for panel in 0..<task.panelCount {
      let weights = task.panels + panel &* panelStride
      let columns = min(16, task.columns &- panel &* 16)
      var row = 0
      // Tiles get even shares: a last tile of one row would wait for its own additions.
      var tiles = (task.rowCount &+ 5) / 6
      while tiles > 0 {
        let rows = (task.rowCount &- row &+ tiles &- 1) / tiles
        let output = task.output + (row &* task.outputStride &+ panel &* 16)
        if columns > 8 {
          block(task, row, rows, weights, output, columns)
        } else {
          narrowBlock(task, row, rows, weights, output, columns)
        }
        row &+= rows
        tiles &-= 1
      }
    }
  }

  @inline(__always)
  private static func block(
    _ task: borrowing ProductTask, _ row: Int, _ rows: Int, _ weights: UnsafeRawPointer,
    _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    switch rows {
    case 6: tile(InlineArray<6, Void>.self, task, row, weights, output, columns)
    case 5: tile(InlineArray<5, Void>.self, task, row, weights, output, columns)
    case 4: tile(InlineArray<4, Void>.self, task, row, weights, output, columns)
    case 3: tile(InlineArray<3, Void>.self, task, row, weights, output, columns)
    case 2: tile(InlineArray<2, Void>.self, task, row, weights, output, columns)
    default: tile(InlineArray<1, Void>.self, task, row, weights, output, columns)
    }
  }

  @inline(__always)
  private static func narrowBlock(
    _ task: borrowing ProductTask, _ row: Int, _ rows: Int, _ weights: UnsafeRawPointer,
    _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    switch rows {
    case 6: narrowTile(InlineArray<6, Void>.self, task, row, weights, output, columns)
    case 5: narrowTile(InlineArray<5, Void>.self, task, row, weights, output, columns)
    case 4: narrowTile(InlineArray<4, Void>.self, task, row, weights, output, columns)
    case 3: narrowTile(InlineArray<3, Void>.self, task, row, weights, output, columns)
    case 2: narrowTile(InlineArray<2, Void>.self, task, row, weights, output, columns)
    default: narrowTile(InlineArray<1, Void>.self, task, row, weights, output, columns)
    }
  }

  /// `MR` rows of one panel. Every loop over `MR` must be unrolled, or the accumulators live in
  /// memory (four times slower), so bounds are constants and stores unconditional.
  @inline(__always)
  private static func tile<let MR: Int>(
    _: InlineArray<MR, Void>.Type, _ task: borrowing ProductTask, _ row: Int,
    _ weights: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var left = InlineArray<MR, V8>(repeating: weights.vector(0))
    var right = InlineArray<MR, V8>(repeating: weights.vector(32))
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let offset = task.tapOffsets[tap]
      var a = InlineArray<MR, UnsafeRawPointer>(repeating: weights)
      for i in 0..<MR { a[unchecked: i] = task.rows[row &+ i] + offset }
      var k = 0
      while k < bytes {
        let b0 = b.vector(0)
        let b1 = b.vector(32)
        for i in 0..<MR {
          let x = all(a[unchecked: i].float(k))
          left[unchecked: i] = fused(left[unchecked: i], x, b0)
          right[unchecked: i] = fused(right[unchecked: i], x, b1)
        }
        b += 64
        k &+= 4
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let isWhole = columns == 16
    let stride = isWhole ? task.outputStride : 16
    let target = isWhole ? output : task.spill
    for i in 0..<MR {
      target.set(i &* stride, clamped(left[unchecked: i], low, high))
      target.set(i &* stride &+ 8, clamped(right[unchecked: i], low, high))
    }
    guard !isWhole else { return }
    for i in 0..<MR {
      for column in 0..<columns {
        output[i &* task.outputStride &+ column] = task.spill[i &* 16 &+ column]
      }
    }
  }

  /// At most 8 columns: the right half of the panel is not computed.
  @inline(__always)
  private static func narrowTile<let MR: Int>(
    _: InlineArray<MR, Void>.Type, _ task: borrowing ProductTask, _ row: Int,
    _ weights: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var left = InlineArray<MR, V8>(repeating: weights.vector(0))
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let offset = task.tapOffsets[tap]
      var a = InlineArray<MR, UnsafeRawPointer>(repeating: weights)
      for i in 0..<MR { a[unchecked: i] = task.rows[row &+ i] + offset }
      var k = 0
      while k < bytes {
        let b0 = b.vector(0)
        for i in 0..<MR {
          left[unchecked: i] = fused(left[unchecked: i], all(a[unchecked: i].float(k)), b0)
        }
        b += 64
        k &+= 4
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let isWhole = columns == 8
    let stride = isWhole ? task.outputStride : 16
    let target = isWhole ? output : task.spill
    for i in 0..<MR { target.set(i &* stride, clamped(left[unchecked: i], low, high)) }
    guard !isWhole else { return }
    for i in 0..<MR {
      for column in 0..<columns {
        output[i &* task.outputStride &+ column] = task.spill[i &* 16 &+ column]
      }
    }
  }

  /// One row, panel by panel, so that the weights are one stream of memory. Four partial sums a
  /// half, since a single one waits for its own additions.
  private static func runRow(_ task: borrowing ProductTask) {
    let panelStride = PackedProduct.panelStride(steps: task.taps &* task.depth)
    let low = all(task.low)
    let high = all(task.high)
    for panel in 0..<task.panelCount {
      let sums = row(task, task.panels + panel &* panelStride)
      let columns = task.columns &- panel &* 16
      let output = columns >= 16 ? task.output + panel &* 16 : task.spill
      output.set(0, clamped(sums.left, low, high))
      output.set(8, clamped(sums.right, low, high))
      guard columns < 16 else { continue }
      for j in 0..<columns { task.output[panel &* 16 &+ j] = task.spill[j] }
    }
  }

  @inline(__always)
  private static func row(
    _ task: borrowing ProductTask, _ weights: UnsafeRawPointer
  ) -> (left: V8, right: V8) {
    var left = InlineArray<4, V8>(repeating: V8())
    var right = InlineArray<4, V8>(repeating: V8())
    left[unchecked: 0] = weights.vector(0)
    right[unchecked: 0] = weights.vector(32)
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let a = task.rows[0] + task.tapOffsets[tap]
      var k = 0
      while k &+ 16 <= bytes {
        for i in 0..<4 {
          let x = all(a.float(k &+ i &* 4))
          left[unchecked: i] = fused(left[unchecked: i], x, b.vector(i &* 64))
          right[unchecked: i] = fused(right[unchecked: i], x, b.vector(i &* 64 &+ 32))
        }
        b += 256
        k &+= 16
      }
      while k < bytes {
        let x = all(a.float(k))
        left[unchecked: 0] = fused(left[unchecked: 0], x, b.vector(0))
        right[unchecked: 0] = fused(right[unchecked: 0], x, b.vector(32))
        b += 64
        k &+= 4
      }
    }
    return (
      (left[unchecked: 0] + left[unchecked: 1]) + (left[unchecked: 2] + left[unchecked: 3]),
      (right[unchecked: 0] + right[unchecked: 1]) + (right[unchecked: 2] + right[unchecked: 3])
    )
  }
}

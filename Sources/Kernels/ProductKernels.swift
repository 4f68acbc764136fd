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
    case 6: tile(Six.self, task, row, weights, output, columns)
    case 5: tile(Five.self, task, row, weights, output, columns)
    case 4: tile(Four.self, task, row, weights, output, columns)
    case 3: tile(Three.self, task, row, weights, output, columns)
    case 2: tile(Two.self, task, row, weights, output, columns)
    default: tile(One.self, task, row, weights, output, columns)
    }
  }

  @inline(__always)
  private static func narrowBlock(
    _ task: borrowing ProductTask, _ row: Int, _ rows: Int, _ weights: UnsafeRawPointer,
    _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    switch rows {
    case 6: narrowTile(Six.self, task, row, weights, output, columns)
    case 5: narrowTile(Five.self, task, row, weights, output, columns)
    case 4: narrowTile(Four.self, task, row, weights, output, columns)
    case 3: narrowTile(Three.self, task, row, weights, output, columns)
    case 2: narrowTile(Two.self, task, row, weights, output, columns)
    default: narrowTile(One.self, task, row, weights, output, columns)
    }
  }

  /// `Rows` of one panel. Every loop over them must be unrolled, or the accumulators live in
  /// memory (four times slower), so bounds are constants and stores unconditional.
  @inline(__always)
  private static func tile<Rows>(
    _: Rows.Type, _ task: borrowing ProductTask, _ row: Int,
    _ weights: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var left = Registers<V8>(repeating: weights.vector(0))
    var right = Registers<V8>(repeating: weights.vector(32))
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let offset = task.tapOffsets[tap]
      var a = Registers<UnsafeRawPointer>(repeating: weights)
      for i in 0..<MemoryLayout<Rows>.size { a[i] = task.rows[row &+ i] + offset }
      var k = 0
      while k < bytes {
        let b0 = b.vector(0)
        let b1 = b.vector(32)
        for i in 0..<MemoryLayout<Rows>.size {
          let x = all(a[i].float(k))
          left[i] = fused(left[i], x, b0)
          right[i] = fused(right[i], x, b1)
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
    for i in 0..<MemoryLayout<Rows>.size {
      target.set(i &* stride, clamped(left[i], low, high))
      target.set(i &* stride &+ 8, clamped(right[i], low, high))
    }
    guard !isWhole else { return }
    for i in 0..<MemoryLayout<Rows>.size {
      for column in 0..<columns {
        output[i &* task.outputStride &+ column] = task.spill[i &* 16 &+ column]
      }
    }
  }

  /// At most 8 columns: the right half of the panel is not computed.
  @inline(__always)
  private static func narrowTile<Rows>(
    _: Rows.Type, _ task: borrowing ProductTask, _ row: Int,
    _ weights: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var left = Registers<V8>(repeating: weights.vector(0))
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let offset = task.tapOffsets[tap]
      var a = Registers<UnsafeRawPointer>(repeating: weights)
      for i in 0..<MemoryLayout<Rows>.size { a[i] = task.rows[row &+ i] + offset }
      var k = 0
      while k < bytes {
        let b0 = b.vector(0)
        for i in 0..<MemoryLayout<Rows>.size {
          left[i] = fused(left[i], all(a[i].float(k)), b0)
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
    for i in 0..<MemoryLayout<Rows>.size { target.set(i &* stride, clamped(left[i], low, high)) }
    guard !isWhole else { return }
    for i in 0..<MemoryLayout<Rows>.size {
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
    var left = Registers<V8>(repeating: V8())
    var right = Registers<V8>(repeating: V8())
    left[0] = weights.vector(0)
    right[0] = weights.vector(32)
    var b = weights + 64
    let bytes = task.depth &* 4
    for tap in 0..<task.taps {
      let a = task.rows[0] + task.tapOffsets[tap]
      var k = 0
      while k &+ 16 <= bytes {
        for i in 0..<4 {
          let x = all(a.float(k &+ i &* 4))
          left[i] = fused(left[i], x, b.vector(i &* 64))
          right[i] = fused(right[i], x, b.vector(i &* 64 &+ 32))
        }
        b += 256
        k &+= 16
      }
      while k < bytes {
        let x = all(a.float(k))
        left[0] = fused(left[0], x, b.vector(0))
        right[0] = fused(right[0], x, b.vector(32))
        b += 64
        k &+= 4
      }
    }
    return (
      (left[0] + left[1]) + (left[2] + left[3]),
      (right[0] + right[1]) + (right[2] + right[3])
    )
  }
}

/// Up to six values. They are in registers, and unused ones nowhere, where loops over indices are unrolled.
/// `InlineArray` would be the same and needs macOS 26. A copy of this stands in each file that uses it:
/// debug builds cannot inline what another file has, and a type in `KernelTable` brings weak functions for
/// its metadata, which the objects of both instruction sets would share.
private struct Registers<Value> {
  private var values: (Value, Value, Value, Value, Value, Value)

  @inline(__always)
  init(repeating value: Value) { values = (value, value, value, value, value, value) }

  @inline(__always)
  subscript(_ index: Int) -> Value {
    get {
      switch index {
      case 0: values.0
      case 1: values.1
      case 2: values.2
      case 3: values.3
      case 4: values.4
      default: values.5
      }
    }
    set {
      switch index {
      case 0: values.0 = newValue
      case 1: values.1 = newValue
      case 2: values.2 = newValue
      case 3: values.3 = newValue
      case 4: values.4 = newValue
      default: values.5 = newValue
      }
    }
  }
}

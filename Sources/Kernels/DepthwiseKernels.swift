import KernelTable

/// Depthwise convolution: 4 pixels × 16 channels in registers, so that a weight is loaded once for
/// four products.
enum DepthwiseKernels {
  static let run: @Sendable (borrowing DepthwiseTask) -> Void = { task in
    var channel = 0
    while channel < task.channels {
      let block = task.blocks + (channel &>> 4) &* task.blockStride
      let count = min(16, task.channels &- channel)
      var pixel = 0
      if count == 16 {
        while pixel &+ 4 <= task.pixels {
          wide(Four.self, task, block, channel, pixel)
          pixel &+= 4
        }
        while pixel < task.pixels {
          wide(One.self, task, block, channel, pixel)
          pixel &+= 1
        }
      } else {
        while pixel &+ 4 <= task.pixels {
          narrow(Four.self, task, block, channel, count, pixel)
          pixel &+= 4
        }
        while pixel < task.pixels {
          narrow(One.self, task, block, channel, count, pixel)
          pixel &+= 1
        }
      }
      channel &+= 16
    }
  }

  @inline(__always)
  private static func wide<Pixels>(
    _: Pixels.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ pixel: Int
  ) {
    var left = Registers<V8>(repeating: block.vector(0))
    var right = Registers<V8>(repeating: block.vector(32))
    let input = task.input + (pixel &* task.pixelStride &+ channel &* 4)
    let stride = task.pixelStride
    for tap in 0..<task.taps {
      let weights = block + task.weightOffsets[tap]
      let w0 = weights.vector(0)
      let w1 = weights.vector(32)
      let x = input + task.tapOffsets[tap]
      for i in 0..<MemoryLayout<Pixels>.size {
        left[i] = fused(left[i], x.vector(i &* stride), w0)
        right[i] = fused(right[i], x.vector(i &* stride &+ 32), w1)
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let output = task.output + (pixel &* task.channels &+ channel)
    for i in 0..<MemoryLayout<Pixels>.size {
      output.set(i &* task.channels, clamped(left[i], low, high))
      output.set(i &* task.channels &+ 8, clamped(right[i], low, high))
    }
  }

  /// The last channels of a pixel, fewer than 16. Reads past them, which the table's contract
  /// allows, and stores only what belongs here.
  @inline(__always)
  private static func narrow<Pixels>(
    _: Pixels.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ count: Int, _ pixel: Int
  ) {
    half(Pixels.self, task, block, channel, min(8, count), pixel)
    guard count > 8 else { return }
    half(Pixels.self, task, block + 32, channel &+ 8, count &- 8, pixel)
  }

  /// Up to 8 channels.
  @inline(__always)
  private static func half<Pixels>(
    _: Pixels.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ count: Int, _ pixel: Int
  ) {
    var sums = Registers<V8>(repeating: block.vector(0))
    let input = task.input + (pixel &* task.pixelStride &+ channel &* 4)
    let stride = task.pixelStride
    for tap in 0..<task.taps {
      let w = (block + task.weightOffsets[tap]).vector(0)
      let x = input + task.tapOffsets[tap]
      for i in 0..<MemoryLayout<Pixels>.size {
        sums[i] = fused(sums[i], x.vector(i &* stride), w)
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let output = task.output + (pixel &* task.channels &+ channel)
    for i in 0..<MemoryLayout<Pixels>.size { sums[i] = clamped(sums[i], low, high) }
    if count == 8 {
      for i in 0..<MemoryLayout<Pixels>.size { output.set(i &* task.channels, sums[i]) }
    } else {
      for i in 0..<MemoryLayout<Pixels>.size { store(sums[i], output + i &* task.channels, count) }
    }
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

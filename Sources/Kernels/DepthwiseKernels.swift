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
          wide(InlineArray<4, Void>.self, task, block, channel, pixel)
          pixel &+= 4
        }
        while pixel < task.pixels {
          wide(InlineArray<1, Void>.self, task, block, channel, pixel)
          pixel &+= 1
        }
      } else {
        while pixel &+ 4 <= task.pixels {
          narrow(InlineArray<4, Void>.self, task, block, channel, count, pixel)
          pixel &+= 4
        }
        while pixel < task.pixels {
          narrow(InlineArray<1, Void>.self, task, block, channel, count, pixel)
          pixel &+= 1
        }
      }
      channel &+= 16
    }
  }

  @inline(__always)
  private static func wide<let P: Int>(
    _: InlineArray<P, Void>.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ pixel: Int
  ) {
    var left = InlineArray<P, V8>(repeating: block.vector(0))
    var right = InlineArray<P, V8>(repeating: block.vector(32))
    let input = task.input + (pixel &* task.pixelStride &+ channel &* 4)
    let stride = task.pixelStride
    for tap in 0..<task.taps {
      let weights = block + task.weightOffsets[tap]
      let w0 = weights.vector(0)
      let w1 = weights.vector(32)
      let x = input + task.tapOffsets[tap]
      for i in 0..<P {
        left[unchecked: i] = fused(left[unchecked: i], x.vector(i &* stride), w0)
        right[unchecked: i] = fused(right[unchecked: i], x.vector(i &* stride &+ 32), w1)
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let output = task.output + (pixel &* task.channels &+ channel)
    for i in 0..<P {
      output.set(i &* task.channels, clamped(left[unchecked: i], low, high))
      output.set(i &* task.channels &+ 8, clamped(right[unchecked: i], low, high))
    }
  }

  /// The last channels of a pixel, fewer than 16. Reads past them, which the table's contract
  /// allows, and stores only what belongs here.
  @inline(__always)
  private static func narrow<let P: Int>(
    _: InlineArray<P, Void>.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ count: Int, _ pixel: Int
  ) {
    half(InlineArray<P, Void>.self, task, block, channel, min(8, count), pixel)
    guard count > 8 else { return }
    half(InlineArray<P, Void>.self, task, block + 32, channel &+ 8, count &- 8, pixel)
  }

  /// Up to 8 channels.
  @inline(__always)
  private static func half<let P: Int>(
    _: InlineArray<P, Void>.Type, _ task: borrowing DepthwiseTask, _ block: UnsafeRawPointer,
    _ channel: Int, _ count: Int, _ pixel: Int
  ) {
    var sums = InlineArray<P, V8>(repeating: block.vector(0))
    let input = task.input + (pixel &* task.pixelStride &+ channel &* 4)
    let stride = task.pixelStride
    for tap in 0..<task.taps {
      let w = (block + task.weightOffsets[tap]).vector(0)
      let x = input + task.tapOffsets[tap]
      for i in 0..<P {
        sums[unchecked: i] = fused(sums[unchecked: i], x.vector(i &* stride), w)
      }
    }
    let low = all(task.low)
    let high = all(task.high)
    let output = task.output + (pixel &* task.channels &+ channel)
    for i in 0..<P { sums[unchecked: i] = clamped(sums[unchecked: i], low, high) }
    if count == 8 {
      for i in 0..<P { output.set(i &* task.channels, sums[unchecked: i]) }
    } else {
      for i in 0..<P { store(sums[unchecked: i], output + i &* task.channels, count) }
    }
  }
}

import KernelTable

/// Integer depthwise convolution: pixels × 16 channels in registers, two taps at once.
enum IntegerDepthwiseKernels {
  static let run: @Sendable (borrowing IntegerDepthwiseTask) -> Void = { task in
    var channel = 0
    var block = task.blocks
    while channel < task.channels {
      var first = 0
      while first < task.pixels {
        let count = min(PackedIntegers.pixels, task.pixels &- first)
        var pixel = 0
        #if V3 && arch(x86_64)
          while pixel &+ 4 <= count {
            sums(Four.self, task, block, channel, first, pixel)
            pixel &+= 4
          }
        #endif
        while pixel < count {
          sums(One.self, task, block, channel, first, pixel)
          pixel &+= 1
        }
        finish(task, channel, first, count)
        first &+= count
      }
      channel &+= 16
      block += task.pairs &* 64
    }
  }

  /// Reads past the last channel, which the table's contract allows.
  @inline(__always)
  private static func sums<Pixels>(
    _: Pixels.Type, _ task: borrowing IntegerDepthwiseTask,
    _ block: UnsafeRawPointer, _ channel: Int, _ first: Int, _ pixel: Int
  ) {
    var low = Registers<I8>(repeating: I8())
    var high = Registers<I8>(repeating: I8())
    let input = task.input + ((first &+ pixel) &* task.pixelStride &+ channel &* 2)
    let stride = task.pixelStride
    var weights = block
    for pair in 0..<task.pairs {
      let w0 = weights.integers(0)
      let w1 = weights.integers(32)
      let first = input + task.tapOffsets[2 &* pair]
      let second = input + task.tapOffsets[2 &* pair &+ 1]
      for i in 0..<MemoryLayout<Pixels>.size {
        let (x0, x1) = interleaved(first.shorts(i &* stride), second.shorts(i &* stride))
        low[i] = low[i] &+ pairProducts(x0, w0)
        high[i] = high[i] &+ pairProducts(x1, w1)
      }
      weights += 64
    }
    for i in 0..<MemoryLayout<Pixels>.size {
      // Restores the order of channels 0–3, 8–11 and 4–7, 12–15.
      let left = I8(lowHalf: low[i].lowHalf, highHalf: high[i].lowHalf)
      let right = I8(lowHalf: low[i].highHalf, highHalf: high[i].highHalf)
      task.spill.storeBytes(of: left, toByteOffset: (pixel &+ i) &* 64, as: I8.self)
      task.spill.storeBytes(of: right, toByteOffset: (pixel &+ i) &* 64 &+ 32, as: I8.self)
    }
  }

  @inline(__always)
  private static func finish(
    _ task: borrowing IntegerDepthwiseTask, _ channel: Int, _ first: Int, _ count: Int
  ) {
    let stride = task.channels &* task.rescaling.outputBytes
    let output =
      task.output + (first &* stride &+ channel &* task.rescaling.outputBytes)
    let channels = task.channels &- channel
    if task.rescaling.form == .fixed {
      return RescalingKernels.finish(
        task.spill, rows: count, task.rescaling, channel: channel, count: channels, output,
        stride: stride)
    }
    let sums = UnsafeRawPointer(task.spill).assumingMemoryBound(to: Int32.self)
    for pixel in 0..<count {
      for lane in 0..<min(16, channels) {
        RescalingKernels.store(
          scalar: Int64(sums[pixel &* 16 &+ lane]), task.rescaling, channel &+ lane, lane,
          output + pixel &* stride)
      }
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

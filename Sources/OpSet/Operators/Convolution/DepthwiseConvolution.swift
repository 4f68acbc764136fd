import KernelTable

/// A depthwise convolution as runs of pixels that share their taps: in each output row the pixels
/// whose window lies inside the input are one run, those at the border one each.
struct DepthwiseConvolution {
  let kernels: KernelTable
  let image: ImageShape
  /// Output channels.
  let channels: Int
  let y: WindowAxis
  let x: WindowAxis
  let weights: DepthwiseBlocks
  let activation: FusedActivation

  func stages(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer, output: Value
  ) -> [Stage] {
    guard output.count > 0 else { return [] }
    let multiplier = channels / image.channels
    guard multiplier > 1 else { return [convolve(preparation, input: input, output: output)] }
    // The input with each channel repeated, as if the multiplier were 1.
    let pixels = image.batches * image.height * image.width
    let memory = preparation.scratch(bytes: pixels * channels * 4)
    let parts = Tiling.parts(of: pixels, operations: pixels * channels)
    let (inner, count) = (image.channels, multiplier)
    let widen = Stage.tiles(parts) { tile, _ in
      let source = input().assumingMemoryBound(to: Float.self)
      let target = memory.floats()
      let range = Tiling.range(tile, of: parts, count: pixels)
      for index in range.lowerBound &* inner..<range.upperBound &* inner {
        for copy in 0..<count { target[index &* count &+ copy] = source[index] }
      }
    }
    return [
      widen,
      convolve(preparation, input: { UnsafeRawPointer(memory.base) }, output: output),
    ]
  }

  private func convolve(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer, output: Value
  ) -> Stage {
    let rows = image.batches * y.output
    let operations = output.count * y.kernel * x.kernel
    // A product costs more here than in a matrix product, since memory is read for each.
    let parts = max(1, min(rows, Tiling.productParts(multiplications: operations * 2)))
    let taps = y.kernel * x.kernel
    let memory = preparation.scratch(bytesPerLane: taps * 16)
    let this = self
    return .tiles(parts) { tile, lane in
      let list = TapList(memory.pointer(lane: lane), capacity: taps)
      for row in Tiling.range(tile, of: parts, count: rows) {
        this.row(row, list, input(), output.floats)
      }
    }
  }

  private func row(
    _ row: Int, _ list: TapList, _ input: UnsafeRawPointer,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let batch = row / y.output
    let line = row % y.output
    let rowTaps = y.taps(line)
    let interior = x.interior
    let origin =
      input + (batch &* image.height &+ line &* y.stride &- y.padding) &* image.width &* channels
      &* 4
    let target = output + row &* x.output &* channels
    for column in 0..<interior.lowerBound {
      run(column..<column &+ 1, rowTaps, x.taps(column), list, origin, target)
    }
    run(interior, rowTaps, 0..<x.kernel, list, origin, target)
    for column in interior.upperBound..<x.output {
      run(column..<column &+ 1, rowTaps, x.taps(column), list, origin, target)
    }
  }

  private func run(
    _ pixels: Range<Int>, _ rowTaps: Range<Int>, _ columnTaps: Range<Int>, _ list: TapList,
    _ origin: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>
  ) {
    guard !pixels.isEmpty else { return }
    var count = 0
    for ky in rowTaps {
      for kx in columnTaps {
        list.inputs[count] =
          (ky &* y.dilation &* image.width &+ kx &* x.dilation) &* channels &* 4
        list.weights[count] = (ky &* x.kernel &+ kx &+ 1) &* 64
        count &+= 1
      }
    }
    kernels.depthwise(
      DepthwiseTask(
        input: origin + (pixels.lowerBound &* x.stride &- x.padding) &* channels &* 4,
        pixelStride: x.stride &* channels &* 4, pixels: pixels.count, tapOffsets: list.inputs,
        weightOffsets: list.weights, taps: count, blocks: weights.base,
        blockStride: weights.stride, channels: channels,
        output: target + pixels.lowerBound &* channels, low: activation.low,
        high: activation.high))
  }
}

/// Offsets of a run's taps, in a lane's memory.
private struct TapList {
  let inputs: UnsafeMutablePointer<Int>
  let weights: UnsafeMutablePointer<Int>

  init(_ memory: UnsafeMutableRawPointer, capacity: Int) {
    inputs = memory.assumingMemoryBound(to: Int.self)
    weights = inputs + capacity
  }
}

import TFLite

/// Int8 convolutions bit for bit as the reference kernels: int32 sums of (x − zero point) × w, a
/// fixed-point multiplier for each channel, the output's zero point, the activation's range.
struct IntegerConvolution {
  let image: ImageShape
  let y: WindowAxis
  let x: WindowAxis
  let outputChannels: Int
  /// Input channels that an output channel reads; 1 in a depthwise convolution.
  let depth: Int
  /// Output channels that share their input channels.
  let channelsPerGroup: Int
  /// Between weights of neighbouring taps, and of neighbouring input channels.
  let tapStride: Int
  let depthStride: Int
  /// Between the first weights of neighbouring output channels.
  let channelStride: Int

  func stages(_ preparation: Preparation, activation: Int) throws -> [Stage] {
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let bias = preparation.optionalInput(2)
    let output = try preparation.output()
    try preparation.requireType(filter, .int8, what: "the filter")
    try preparation.requireType(output, .int8, what: "the output")
    if let bias { try preparation.requireType(bias, .int32, what: "the bias") }
    let rescaling = try Rescaling(
      preparation, input: input, filter: filter, output: output, channels: outputChannels,
      activation: activation)
    let rows = image.batches * y.output
    let parts = Tiling.parts(
      of: rows, operations: output.count * y.kernel * x.kernel * depth / 8)
    let this = self
    return [
      .tiles(output.count == 0 ? 0 : parts) { tile, _ in
        for row in Tiling.range(tile, of: parts, count: rows) {
          for column in 0..<this.x.output {
            for channel in 0..<this.outputChannels {
              let sum = this.sum(input, filter, row, column, channel, rescaling.input.zeroPoint)
              let biased = sum &+ (bias?.pointer(Int32.self)[channel] ?? 0)
              let index = (row &* this.x.output &+ column) &* this.outputChannels &+ channel
              output.pointer(Int8.self)[index] = rescaling.apply(biased, channel)
            }
          }
        }
      }
    ]
  }

  private func sum(
    _ input: Value, _ filter: Value, _ row: Int, _ column: Int, _ channel: Int,
    _ zeroPoint: Int32
  ) -> Int32 {
    let line = row % y.output
    let top = row / y.output &* image.height &+ line &* y.stride &- y.padding
    let left = column &* x.stride &- x.padding
    let first = channel / channelsPerGroup &* depth
    let weights = filter.pointer(Int8.self) + channel &* channelStride
    var sum: Int32 = 0
    for ky in y.taps(line) {
      for kx in x.taps(column) {
        let pixel = (top &+ ky &* y.dilation) &* image.width &+ left &+ kx &* x.dilation
        let source = input.pointer(Int8.self) + (pixel &* image.channels &+ first)
        let tap = weights + (ky &* x.kernel &+ kx) &* tapStride
        for k in 0..<depth {
          sum &+= (Int32(source[k]) &- zeroPoint) &* Int32(tap[k &* depthStride])
        }
      }
    }
    return sum
  }
}

/// From int32 sums to the output's integers.
final class Rescaling {
  let input: AffineScale
  private let output: AffineScale
  private let multipliers: UnsafeMutablePointer<QuantizedMultiplier>
  private let range: ClosedRange<Int32>

  init(
    _ preparation: Preparation, input: Value, filter: Value, output: Value, channels: Int,
    activation: Int
  ) throws {
    self.input = try AffineScale(input)
    self.output = try AffineScale(output)
    let scales = filter.tensor.quantization?.scale ?? []
    try preparation.require(
      scales.count == 1 || scales.count == channels, "the filter has \(scales.count) scales")
    range = try self.output.clamp(activation, -128...127)
    multipliers = .allocate(capacity: max(1, channels))
    for channel in 0..<channels {
      let scale = Double(scales[scales.count == 1 ? 0 : channel])
      multipliers[channel] = QuantizedMultiplier(
        Double(self.input.scale) * scale / Double(self.output.scale))
    }
  }

  deinit { multipliers.deallocate() }

  @inline(__always)
  func apply(_ sum: Int32, _ channel: Int) -> Int8 {
    let level = multipliers[channel].apply(sum) &+ output.zeroPoint
    return Int8(truncatingIfNeeded: max(range.lowerBound, min(range.upperBound, level)))
  }
}

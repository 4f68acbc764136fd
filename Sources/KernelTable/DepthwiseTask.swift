/// A run of output pixels of a depthwise convolution that share their taps.
///
/// Output(p, c) = clamp(bias(c) + Σ over taps t of input(p)[tapOffsets[t] + c] × w(tap t, c)).
package struct DepthwiseTask {
  /// The address of pixel 0, to which tap offsets are added.
  package var input: UnsafeRawPointer
  /// Bytes between neighbouring output pixels' inputs.
  package var pixelStride: Int
  package var pixels: Int
  /// Bytes from the pixel's address, and of the tap's 16 weights in a block.
  package var tapOffsets: UnsafePointer<Int>
  package var weightOffsets: UnsafePointer<Int>
  package var taps: Int
  /// Blocks of 16 channels, each 16 biases and then 16 weights for each tap of the kernel.
  package var blocks: UnsafeRawPointer
  package var blockStride: Int
  package var channels: Int
  /// Pixel 0; pixels are `channels` floats apart.
  package var output: UnsafeMutablePointer<Float>
  package var low: Float
  package var high: Float

  package init(
    input: UnsafeRawPointer, pixelStride: Int, pixels: Int, tapOffsets: UnsafePointer<Int>,
    weightOffsets: UnsafePointer<Int>, taps: Int, blocks: UnsafeRawPointer, blockStride: Int,
    channels: Int, output: UnsafeMutablePointer<Float>, low: Float, high: Float
  ) {
    self.input = input
    self.pixelStride = pixelStride
    self.pixels = pixels
    self.tapOffsets = tapOffsets
    self.weightOffsets = weightOffsets
    self.taps = taps
    self.blocks = blocks
    self.blockStride = blockStride
    self.channels = channels
    self.output = output
    self.low = low
    self.high = high
  }
}

/// A pixel of a pooling operator.
package struct PoolTask {
  /// The address of each tap's first channel.
  package var taps: UnsafePointer<UnsafeRawPointer>
  package var tapCount: Int
  package var channels: Int
  package var output: UnsafeMutablePointer<Float>
  package var low: Float
  package var high: Float

  package init(
    taps: UnsafePointer<UnsafeRawPointer>, tapCount: Int, channels: Int,
    output: UnsafeMutablePointer<Float>, low: Float, high: Float
  ) {
    self.taps = taps
    self.tapCount = tapCount
    self.channels = channels
    self.output = output
    self.low = low
    self.high = high
  }
}

/// A run of output pixels of a depthwise convolution that share their taps.
///
/// Output(p, c) = clamp(bias(c) + Σ over taps t of input(p)[tapOffsets[t] + c] × w(tap t, c)).
public struct DepthwiseTask {
  /// The address of pixel 0, to which tap offsets are added.
  public var input: UnsafeRawPointer
  /// Bytes between neighbouring output pixels' inputs.
  public var pixelStride: Int
  public var pixels: Int
  /// Bytes from the pixel's address, and of the tap's 16 weights in a block.
  public var tapOffsets: UnsafePointer<Int>
  public var weightOffsets: UnsafePointer<Int>
  public var taps: Int
  /// Blocks of 16 channels, each 16 biases and then 16 weights for each tap of the kernel.
  public var blocks: UnsafeRawPointer
  public var blockStride: Int
  public var channels: Int
  /// Pixel 0; pixels are `channels` floats apart.
  public var output: UnsafeMutablePointer<Float>
  public var low: Float
  public var high: Float

  public init(
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
public struct PoolTask {
  /// The address of each tap's first channel.
  public var taps: UnsafePointer<UnsafeRawPointer>
  public var tapCount: Int
  public var channels: Int
  public var output: UnsafeMutablePointer<Float>
  public var low: Float
  public var high: Float

  public init(
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

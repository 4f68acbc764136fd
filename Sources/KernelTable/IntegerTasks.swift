/// The conversion of a product's integer sums to the output's integers, channel by channel, as
/// LiteRT's reference kernels compute it. Arrays have a multiple of 16 channels.
package struct IntegerRescaling {
  package enum Form: UInt8, Sendable {
    /// int32 sums and biases, a 31-bit fraction, rounded twice (MultiplyByQuantizedMultiplier).
    case fixed
    /// int64 sums and biases, a 15-bit fraction, rounded once.
    case wide
    /// Double precision, halves away from zero.
    case real
  }

  package var form: Form
  /// 1 or 2: results are int8 or uint8, or int16.
  package var outputBytes: Int
  /// Biases of `fixed` only, one for each channel.
  package var biases: UnsafePointer<Int32>
  package var wideBiases: UnsafePointer<Int64>
  /// Fractions of `fixed` and `wide`.
  package var fractions: UnsafePointer<Int32>
  /// `fixed`: to the left before the multiplication, to the right after it.
  package var leftShifts: UnsafePointer<Int32>
  /// `wide`: the only shift.
  package var rightShifts: UnsafePointer<Int32>
  package var factors: UnsafePointer<Double>
  /// `fixed`: no channel has a left shift, and each has a right one.
  package var onlyShiftsRight: Bool
  package var zeroPoint: Int32
  package var low: Int32
  package var high: Int32

  package init(
    form: Form, outputBytes: Int, biases: UnsafePointer<Int32>, wideBiases: UnsafePointer<Int64>,
    fractions: UnsafePointer<Int32>, leftShifts: UnsafePointer<Int32>,
    rightShifts: UnsafePointer<Int32>, factors: UnsafePointer<Double>,
    onlyShiftsRight: Bool, zeroPoint: Int32, low: Int32, high: Int32
  ) {
    self.form = form
    self.outputBytes = outputBytes
    self.biases = biases
    self.wideBiases = wideBiases
    self.fractions = fractions
    self.leftShifts = leftShifts
    self.rightShifts = rightShifts
    self.factors = factors
    self.onlyShiftsRight = onlyShiftsRight
    self.zeroPoint = zeroPoint
    self.low = low
    self.high = high
  }
}

/// A block of an integer product: rows of int16 × packed columns of int16.
///
/// Sum(r, c) = Σ over taps t and i < 2 × pairs of row(r)[tapOffsets[t] + i] × w.
package struct IntegerProductTask {
  /// For each row, the address to which tap offsets are added.
  package var rows: UnsafePointer<UnsafeRawPointer>
  package var rowCount: Int
  /// Bytes.
  package var tapOffsets: UnsafePointer<Int>
  package var taps: Int
  /// Pairs of neighbouring int16 in a tap; the last weight may be a zero behind an odd depth.
  package var pairs: Int
  /// The packed weights in the layout of `PackedIntegers`, from the first panel of this block.
  package var panels: UnsafeRawPointer
  package var panelCount: Int
  /// Columns of this block, at most 16 × `panelCount`.
  package var columns: Int
  /// The channel of column 0.
  package var channel: Int
  /// Row 0, column 0 of the block.
  package var output: UnsafeMutableRawPointer
  /// Bytes between rows of the output.
  package var outputStride: Int
  /// Whether int32 could overflow where the runtime adds up in int64.
  package var isLong: Bool
  package var rescaling: IntegerRescaling
  /// Room for `PackedIntegers.spillBytes`.
  package var spill: UnsafeMutableRawPointer

  package init(
    rows: UnsafePointer<UnsafeRawPointer>, rowCount: Int, tapOffsets: UnsafePointer<Int>,
    taps: Int, pairs: Int, panels: UnsafeRawPointer, panelCount: Int, columns: Int, channel: Int,
    output: UnsafeMutableRawPointer, outputStride: Int, isLong: Bool,
    rescaling: IntegerRescaling, spill: UnsafeMutableRawPointer
  ) {
    self.rows = rows
    self.rowCount = rowCount
    self.tapOffsets = tapOffsets
    self.taps = taps
    self.pairs = pairs
    self.panels = panels
    self.panelCount = panelCount
    self.columns = columns
    self.channel = channel
    self.output = output
    self.outputStride = outputStride
    self.isLong = isLong
    self.rescaling = rescaling
    self.spill = spill
  }
}

/// The layout of packed integer weights: panels of 16 columns; for each pair of steps, the two
/// weights of each column side by side.
package enum PackedIntegers {
  package static func panels(columns: Int) -> Int { (columns + 15) / 16 }

  /// Bytes of a panel.
  package static func panelStride(pairs: Int) -> Int { pairs * 64 }

  /// Six rows of 16 sums as int32, and as int64.
  package static let spillBytes = 6 * 16 * 12

  /// Pixels whose depthwise sums are rescaled together; each has 64 bytes.
  package static let pixels = 16

  /// Pairs of an int16 and an int8 whose sum surely fits in int32: each is at most 2^23.
  package static let safePairs = 255

  /// Returns the place of channel `channel` of 16 in a depthwise block: groups of four in the order
  /// in which AVX2 interleaves two vectors.
  package static func lane(_ channel: Int) -> Int {
    (channel & 4) * 2 + (channel & 8) / 2 + (channel & 3)
  }
}

/// A run of output pixels of an integer depthwise convolution that share their taps.
///
/// Sum(p, c) = Σ over taps t of input(p)[tapOffsets[t] + c] × w(tap t, c).
package struct IntegerDepthwiseTask {
  /// The address of pixel 0's int16, to which tap offsets are added.
  package var input: UnsafeRawPointer
  /// Bytes between neighbouring output pixels' inputs.
  package var pixelStride: Int
  package var pixels: Int
  /// Bytes; two for each pair. A tap that makes the number even has zero weights.
  package var tapOffsets: UnsafePointer<Int>
  package var pairs: Int
  /// Blocks of 16 channels, for each pair of taps the two weights of each channel side by side, at
  /// `PackedIntegers.lane`.
  package var blocks: UnsafeRawPointer
  package var channels: Int
  /// Pixel 0; pixels are `channels` elements apart.
  package var output: UnsafeMutableRawPointer
  package var rescaling: IntegerRescaling
  /// Room for the sums of `PackedIntegers.pixels` pixels.
  package var spill: UnsafeMutableRawPointer

  package init(
    input: UnsafeRawPointer, pixelStride: Int, pixels: Int, tapOffsets: UnsafePointer<Int>,
    pairs: Int, blocks: UnsafeRawPointer, channels: Int, output: UnsafeMutableRawPointer,
    rescaling: IntegerRescaling, spill: UnsafeMutableRawPointer
  ) {
    self.input = input
    self.pixelStride = pixelStride
    self.pixels = pixels
    self.tapOffsets = tapOffsets
    self.pairs = pairs
    self.blocks = blocks
    self.channels = channels
    self.output = output
    self.rescaling = rescaling
    self.spill = spill
  }
}

/// Integers that are widened to int16.
package enum IntegerKind: UInt8, Sendable {
  case int8, uint8, int16
}

/// The integer kernels for one instruction set. Every pointer may have any alignment, and may be
/// read up to 64 bytes past its end.
package struct IntegerKernels: Sendable {
  /// out[i] = input[i] − zero point.
  package typealias Widen =
    @Sendable (
      _ kind: IntegerKind, _ input: UnsafeRawPointer, _ zeroPoint: Int16,
      _ output: UnsafeMutablePointer<Int16>, _ count: Int
    ) -> Void

  package var product: @Sendable (borrowing IntegerProductTask) -> Void
  package var depthwise: @Sendable (borrowing IntegerDepthwiseTask) -> Void
  package var widen: Widen

  package init(
    product: @escaping @Sendable (borrowing IntegerProductTask) -> Void,
    depthwise: @escaping @Sendable (borrowing IntegerDepthwiseTask) -> Void,
    widen: @escaping Widen
  ) {
    self.product = product
    self.depthwise = depthwise
    self.widen = widen
  }
}

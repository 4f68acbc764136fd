import TFLite

/// How a weight is quantized: symmetric, with one scale or one for each channel or block.
struct WeightEncoding: Hashable, Sendable {
  let bits: WeightBits
  let layout: ChannelLayout
  /// The tensor's axis that has the channels; 0 for one scale.
  let axis: Int
  /// Elements of a row that share a scale, each a channel of `layout`; nil without blocks.
  let block: Int?
  /// The greatest integer: `bits.greatest`, or less if steps are wider.
  private(set) var greatest: Int
  /// For each channel, the value that `bits.greatest` stands for.
  private(set) var magnitudes: [Float]
  /// The only integers that a clustered weight may use.
  private(set) var levels: IntegerLevels?

  /// `magnitudes` are the greatest of each channel of `layout`.
  init(
    _ bits: WeightBits, _ layout: ChannelLayout, axis: Int, magnitudes: [Float],
    levels: IntegerLevels? = nil, block: Int? = nil
  ) {
    self.bits = bits
    self.layout = layout
    self.axis = axis
    self.block = block
    greatest = bits.greatest
    let most = Float(bits.greatest)
    self.magnitudes =
      block == nil ? magnitudes : magnitudes.map { BlockScale.nearest(to: $0 / most) * most }
    self.levels = levels
  }

  var scales: [Float] { magnitudes.map { Float(Double($0) / Double(bits.greatest)) } }

  /// Without blocks, whose scales are a tensor.
  var quantization: Quantization { Quantization(symmetric: scales, axis: axis) }

  // MARK: Other scales

  /// Whether steps are wider than `bits` requires.
  var isWidened: Bool { greatest < bits.greatest }

  /// Returns the encoding with steps so wide that the channels' greatest magnitudes become
  /// `greatest`.
  func widened(to greatest: Int?) -> Self {
    guard let greatest, greatest < bits.greatest else { return self }
    var copy = self
    copy.greatest = greatest
    copy.magnitudes = magnitudes.map {
      Float(Double($0) * Double(bits.greatest) / Double(greatest))
    }
    return copy
  }

  /// Returns the encoding with other scales, as the values that `bits.greatest` stands for.
  func with(magnitudes: [Float]) -> Self {
    var copy = self
    copy.magnitudes = magnitudes
    return copy
  }

  /// Returns the encoding with other integers for a clustered weight.
  func with(levels: IntegerLevels) -> Self {
    var copy = self
    copy.levels = levels
    return copy
  }

  /// Returns the encoding with each channel's scale at least so large that its bias, in units of
  /// input scale × scale, is at most `limit`. `bias` has a value for each output channel, or none.
  func holding(_ bias: [Float], inputScale: Float, limit: Double) -> Self {
    var copy = self
    let unit = Double(inputScale) * limit
    for (index, value) in bias.enumerated() {
      let channel = magnitudes.count == 1 ? 0 : index
      guard magnitudes.indices.contains(channel) else { continue }
      let least = Float(Double(abs(value)) / unit * Double(bits.greatest))
      copy.magnitudes[channel] = max(copy.magnitudes[channel], least)
    }
    return copy
  }

  /// The least magnitude that a channel may have. XNNPACK refuses scales that are zero or
  /// subnormal.
  enum Floor {
    /// `deadMagnitude` for every tensor.
    case plain
    /// `deadMagnitude`, but a thousandth of the tensor's greatest magnitude if that is below
    /// `tinyMagnitude`: a tiny tensor keeps its values. Scales never become subnormal.
    case ofTensor
  }

  /// The least magnitude of a channel that died in training: the official converter widens ranges
  /// below 1e-6.
  static let deadMagnitude: Float = 5e-7
  /// A tensor is tiny if its greatest magnitude is below this.
  static let tinyMagnitude: Float = 1000 * deadMagnitude

  func floored(_ floor: Floor) -> Self {
    guard block == nil else { return self }
    var least = Self.deadMagnitude
    if floor == .ofTensor, let most = magnitudes.max(), most > 0 {
      least = min(least, max(most / 1000, Float(bits.greatest) * .leastNormalMagnitude))
    }
    var copy = self
    copy.magnitudes = magnitudes.map { max($0, least) }
    return copy
  }

  // MARK: Values

  /// Returns the integer of a value in a channel with this scale.
  func integer(_ value: Double, scale: Double) -> Double {
    let most = Double(bits.greatest)
    let steps = max(-most, min(most, (value / scale).rounded(.toNearestOrAwayFromZero)))
    return levels.map { $0(steps) } ?? steps
  }

  /// Returns the integers of float32 values as a file stores them.
  func integers(of values: TensorData, count: Int) -> TensorData {
    .deferred(
      DeferredData(
        source: values, transform: ToIntegers(encoding: self, count: count),
        count: bits.byteCount(elements: count)))
  }

  /// Returns chosen integers, one per byte, as a file stores them.
  func stored(_ integers: [Int8]) -> TensorData {
    var bytes = [UInt8](repeating: 0, count: bits.byteCount(elements: integers.count))
    integers.withUnsafeBytes { integers in
      bytes.withUnsafeMutableBytes { bits.pack(integers, into: $0) }
    }
    return .bytes(bytes)
  }

  /// Returns the float32 values of stored integers.
  func values(of integers: TensorData, count: Int) -> TensorData {
    StoredIntegers(self).values(of: integers, count: count)
  }
}

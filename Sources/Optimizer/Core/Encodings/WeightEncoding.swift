import TFLite

/// How a weight becomes integers: symmetric, with one scale or one for each channel.
struct WeightEncoding: Hashable, Sendable {
  let bits: WeightBits
  let layout: ChannelLayout
  /// The tensor's axis that has the channels; 0 for one scale.
  let axis: Int
  /// The greatest integer: `bits.greatest`, or less where steps are wider.
  private(set) var greatest: Int
  /// By channel, what `bits.greatest` stands for.
  private(set) var magnitudes: [Float]
  /// The integers that a clustered weight keeps to.
  let levels: IntegerLevels?

  /// `magnitudes` are the greatest of each channel of `layout`.
  init(
    _ bits: WeightBits, _ layout: ChannelLayout, axis: Int, magnitudes: [Float],
    levels: IntegerLevels? = nil
  ) {
    self.bits = bits
    self.layout = layout
    self.axis = axis
    greatest = bits.greatest
    self.magnitudes = magnitudes
    self.levels = levels
  }

  var scales: [Float] { magnitudes.map { Float(Double($0) / Double(bits.greatest)) } }

  var quantization: Quantization { Quantization(symmetric: scales, axis: axis) }

  // MARK: Other scales

  /// Whether steps are wider than `bits` asks for.
  var isWidened: Bool { greatest < bits.greatest }

  /// The same with steps so wide that the channels' greatest magnitudes become `greatest`.
  func widened(to greatest: Int?) -> Self {
    guard let greatest, greatest < bits.greatest else { return self }
    var copy = self
    copy.greatest = greatest
    copy.magnitudes = magnitudes.map {
      Float(Double($0) * Double(bits.greatest) / Double(greatest))
    }
    return copy
  }

  /// The same with each channel's scale at least so large that its bias, in units of input scale ×
  /// scale, fits in half of int32. `bias` has a value for each output channel, or none.
  func holding(_ bias: [Float], inputScale: Float) -> Self {
    var copy = self
    let unit = Double(inputScale * 0x1p30)
    for (index, value) in bias.enumerated() {
      let channel = magnitudes.count == 1 ? 0 : index
      guard magnitudes.indices.contains(channel) else { continue }
      let least = Float(Double(abs(value)) / unit * Double(bits.greatest))
      copy.magnitudes[channel] = max(copy.magnitudes[channel], least)
    }
    return copy
  }

  /// How small a magnitude may be. XNNPACK refuses scales that are zero or subnormal.
  enum Floor {
    /// For all tensors alike: `deadMagnitude`.
    case plain
    /// The same, but a thousandth of the greatest magnitude where that is below `tinyMagnitude`: a
    /// tensor that is tiny as a whole keeps its values. Scales never get subnormal.
    case ofTensor
  }

  /// What a channel that died in training stands for: the official converter widens ranges below
  /// 1e-6.
  static let deadMagnitude: Float = 5e-7
  /// A tensor with a greatest magnitude below it is tiny as a whole.
  static let tinyMagnitude: Float = 1000 * deadMagnitude

  func floored(_ floor: Floor) -> Self {
    var least = Self.deadMagnitude
    if floor == .ofTensor, let most = magnitudes.max(), most > 0 {
      least = min(least, max(most / 1000, Float(bits.greatest) * .leastNormalMagnitude))
    }
    var copy = self
    copy.magnitudes = magnitudes.map { max($0, least) }
    return copy
  }

  // MARK: Values

  /// The integer that a value becomes in a channel with this scale.
  func integer(_ value: Double, scale: Double) -> Double {
    let most = Double(bits.greatest)
    let steps = max(-most, min(most, (value / scale).rounded(.toNearestOrAwayFromZero)))
    return levels.map { $0(steps) } ?? steps
  }

  /// The integers of float32 values, as a file stores them.
  func integers(of values: TensorData, count: Int) -> TensorData {
    .deferred(
      DeferredData(
        source: values, transform: ToIntegers(encoding: self, count: count),
        count: bits.byteCount(elements: count)))
  }

  /// Integers that were chosen, one a byte, as a file stores them.
  func stored(_ integers: [Int8]) -> TensorData {
    var bytes = [UInt8](repeating: 0, count: bits.byteCount(elements: integers.count))
    integers.withUnsafeBytes { integers in
      bytes.withUnsafeMutableBytes { bits.pack(integers, into: $0) }
    }
    return .bytes(bytes)
  }

  /// The float32 values that stored integers stand for.
  func values(of integers: TensorData, count: Int) -> TensorData {
    StoredIntegers(self).values(of: integers, count: count)
  }
}

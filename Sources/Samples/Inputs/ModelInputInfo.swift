/// The model's own metadata about an input: the entry TFLITE_METADATA, a FlatBuffer M001.
package struct ModelInputInfo: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    case other
    /// Whether the image is gray; nil if the metadata do not say.
    case image(isGray: Bool?)
    /// 0 for values that the metadata do not give.
    case sound(rate: Int, channels: Int)
  }

  package var name: String?
  package var content = Content.other
  /// The means of the normalization (x − mean) / std: one, or one for each channel; empty without a
  /// normalization.
  package var mean: [Float] = []
  package var std: [Float] = []
  /// The range of values after normalization: one, or one for each channel; empty if not given.
  package var minimum: [Float] = []
  package var maximum: [Float] = []

  package init() {}

  package var isNormalized: Bool { !mean.isEmpty }

  /// The range of the values, as the metadata state it or as normalized pixels have it; nil if
  /// neither is known.
  package var range: ClosedRange<Float>? {
    var (low, high) = (minimum.min(), maximum.max())
    if low == nil || high == nil, case .image = content, isNormalized {
      let ends = zip(mean, std).flatMap { [-$0 / $1, (255 - $0) / $1] }
      (low, high) = (ends.min(), ends.max())
    }
    guard let low, let high, low.isFinite, high.isFinite, low < high else { return nil }
    return low...high
  }
}

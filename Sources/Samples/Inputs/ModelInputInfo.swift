/// What a model's own metadata say about an input: the entry TFLITE_METADATA, a FlatBuffer M001.
public struct ModelInputInfo: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    case other
    /// Whether it is gray; nil: not said.
    case image(isGray: Bool?)
    /// 0 where nothing is said.
    case sound(rate: Int, channels: Int)
  }

  public var name: String?
  public var content = Content.other
  /// Of the normalization (x − mean) / std, one or for each channel; empty if there is none.
  public var mean: [Float] = []
  public var std: [Float] = []
  /// The range of values after it, one or for each channel; empty if not said.
  public var minimum: [Float] = []
  public var maximum: [Float] = []

  public init() {}

  public var isNormalized: Bool { !mean.isEmpty }

  /// What values can be: as is said, or what pixels become; nil if neither is known.
  public var range: ClosedRange<Float>? {
    var (low, high) = (minimum.min(), maximum.max())
    if low == nil || high == nil, case .image = content, isNormalized {
      let ends = zip(mean, std).flatMap { [-$0 / $1, (255 - $0) / $1] }
      (low, high) = (ends.min(), ends.max())
    }
    guard let low, let high, low.isFinite, high.isFinite, low < high else { return nil }
    return low...high
  }
}

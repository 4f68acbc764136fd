/// The method that chooses the range of an activation's integers from its values.
package enum RangeMethod: Equatable, Sendable {
  /// Starts with the least mean square error, then takes whatever reduces the error of the outputs.
  case auto
  case minmax
  /// Leaves out 100 − P percent of the values, half at each end that is not zero.
  case percentile(Double)
  /// The least mean square error of the rounded values.
  case mse
  /// The least divergence between the distributions of the values and the rounded values.
  case entropy
  /// A moving average of each sample's minimum and maximum, as in the official quantizer: 0.95 ×
  /// the average so far + 0.05 × the sample's, in the order of the samples' digests.
  case ema

  /// Parses the value of `--range`: `auto`, `minmax`, `percentile:99.99`, …; nil for other words.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 1 || parts[0] == "percentile" else { return nil }
    switch parts[0] {
    case "auto": self = .auto
    case "minmax": self = .minmax
    case "mse": self = .mse
    case "entropy": self = .entropy
    case "ema": self = .ema
    case "percentile":
      let value = parts.count == 1 ? 99.99 : Double(parts[1])
      guard let value, value > 50, value <= 100 else { return nil }
      self = .percentile(value)
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .auto: "auto"
    case .minmax: "minmax"
    case .percentile(let value): "percentile:\(value)"
    case .mse: "mse"
    case .entropy: "entropy"
    case .ema: "ema"
    }
  }
}

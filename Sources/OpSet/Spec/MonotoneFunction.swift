import TFLite

/// The function of a monotone operator with one input: errors that it hides do not count when a
/// range for the input is chosen.
package enum MonotoneFunction: Sendable {
  case clamp(Double, Double)
  /// x < 0 ? slope × x : x.
  case leaky(OptionKey<Float>)
  /// x × clamp(x + 3, 0, 6) ÷ 6; not monotone below −1.5, where it is nearly constant.
  case hardSwish

  package func function(_ options: Options?) -> (Double) -> Double {
    switch self {
    case .clamp(let low, let high): return { min(high, max(low, $0)) }
    case .leaky(let key):
      let slope = Double(options?[key] ?? 0)
      return { $0 < 0 ? slope * $0 : $0 }
    case .hardSwish: return { $0 * min(6, max(0, $0 + 3)) / 6 }
    }
  }
}

/// The bound that the output scale must exceed, or the kernel's Prepare fails or aborts the
/// process: its multiplier must be below one.
package enum OutputScaleFloor: Equatable, Sendable {
  /// A factor of the greatest input scale.
  case inputScale(int8: Float, int16: Float?)
  /// A factor of the square of the greatest input scale.
  case inputScaleSquared(int8: Float)

  /// Returns the floor for a greatest input scale; nil where the mode has none.
  package func floor(greatestInputScale scale: Float, isInt16: Bool) -> Float? {
    switch self {
    case .inputScale(let int8, let int16): (isInt16 ? int16 : int8).map { $0 * scale }
    case .inputScaleSquared(let int8): isInt16 ? nil : int8 * scale * scale
    }
  }
}

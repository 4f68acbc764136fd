/// The scales of integer tensors beyond which LiteRT refuses an operator or ends the process, on its
/// default path (XNNPACK) or with its kernels; `Tools/runtime_limits.py` finds them.
///
/// Each bound itself is refused: a scale must be beyond it. What is not listed loads at any ratio from
/// 2^−44 to 2^44.
package struct RuntimeLimits: Equatable, Sendable {
  /// The bound that the output scale must exceed.
  enum OutputFloor: Equatable, Sendable {
    /// A factor of the greatest input scale.
    case inputScale(int8: Float, int16: Float?)
    /// A factor of the square of the greatest input scale.
    case inputScaleSquared(int8: Float)
    /// A factor of input scale × greatest weight scale.
    case product(int8: Float)
  }

  private let outputFloor: OutputFloor?
  private let inputFloor: Float?
  private let outputCeiling: (int8: Float, int16: Float)?

  static let none = RuntimeLimits()
  /// XNNPACK does not load a file with a product whose multiplier is 256 or more.
  static let product = RuntimeLimits(output: .product(int8: 0x1p-8))
  /// Scales below are subnormal; XNNPACK loads no file with one.
  package static let leastScale = Float.leastNormalMagnitude

  /// `ceiling` is what the output scale must stay below; `input` holds for int8.
  init(
    output: OutputFloor? = nil, ceiling: (int8: Float, int16: Float)? = nil, input: Float? = nil
  ) {
    outputFloor = output
    outputCeiling = ceiling
    inputFloor = input
  }

  /// Returns what the output scale must exceed; nil where any normal scale loads. `weightScale` is
  /// the greatest one of the weights, for operators that have some.
  package func leastOutputScale(
    greatestInputScale scale: Float, weightScale: Float? = nil, isInt16: Bool
  ) -> Float? {
    switch outputFloor {
    case .inputScale(let int8, let int16): (isInt16 ? int16 : int8).map { $0 * scale }
    case .inputScaleSquared(let int8): isInt16 ? nil : int8 * scale * scale
    case .product(let int8): isInt16 ? nil : weightScale.map { int8 * (scale * $0) }
    case nil: nil
    }
  }

  /// Returns what the output scale must stay below; nil where any finite scale loads.
  package func greatestOutputScale(isInt16: Bool) -> Float? {
    outputCeiling.map { isInt16 ? $0.int16 : $0.int8 }
  }

  /// Returns what the input scale must exceed; nil where any normal scale loads. `beta` is the factor
  /// of SOFTMAX.
  package func leastInputScale(beta: Float = 1, isInt16: Bool) -> Float? {
    isInt16 ? nil : inputFloor.map { $0 / beta }
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.outputFloor == b.outputFloor && a.inputFloor == b.inputFloor
      && a.outputCeiling?.int8 == b.outputCeiling?.int8
      && a.outputCeiling?.int16 == b.outputCeiling?.int16
  }
}

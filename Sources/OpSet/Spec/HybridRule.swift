import TFLite

/// The constants that may be int8 while activations stay float (dynamic range).
///
/// They are symmetric, with zero point 0 and values from −127 to 127. The size from which a tensor
/// is worth it is not a fact of the operator.
package struct HybridRule: Sendable {
  /// The number of scales of a quantized constant.
  package enum Granularity: Hashable, Sendable {
    case perTensor
    case perChannel(axis: Int)
    /// One scale for each row of a table (axis 0).
    case rows
  }

  /// The arithmetic of the kernel.
  package enum Result: Hashable, Sendable {
    /// The kernel's output is float.
    case float
    /// The kernel copies int8 values; a DEQUANTIZE must follow.
    case dequantized
  }

  /// Input indices; each must be a constant.
  package let weights: [Int]
  package let granularity: Granularity
  /// Whether the kernel refuses one scale for the whole tensor if there are several channels.
  package let requiresScalePerChannel: Bool
  /// The option that makes the kernel quantize its input asymmetrically.
  package let asymmetricKey: OptionKey<Bool>?
  /// Whether the kernel sums the rows of weights for the zero point of its input. The input has a
  /// zero point if `asymmetricKey` is set, or always if there is no such option.
  package let sumsRows: Bool
  package let slow: SlowHybrid?
  /// Either every weight that is present is int8, or none.
  package let allOrNothing: Bool
  /// Layouts with fewer inputs have no hybrid kernel.
  package let leastInputs: Int
  package let result: Result

  init(
    weights: [Int], _ granularity: Granularity, requiresScalePerChannel: Bool = false,
    asymmetric asymmetricKey: OptionKey<Bool>? = nil, allOrNothing: Bool = false,
    leastInputs: Int = 2, result: Result = .float, sumsRows: Bool? = nil, slow: SlowHybrid? = nil
  ) {
    self.weights = weights
    self.granularity = granularity
    self.requiresScalePerChannel = requiresScalePerChannel
    self.asymmetricKey = asymmetricKey
    self.sumsRows = sumsRows ?? (asymmetricKey != nil)
    self.slow = slow
    self.allOrNothing = allOrNothing
    self.leastInputs = leastInputs
    self.result = result
  }
}

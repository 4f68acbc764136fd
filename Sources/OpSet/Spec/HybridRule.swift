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

/// The types below eight bits that an operator's kernels take for weights, by the activations beside
/// them. Measured in LiteRT 2.3 on all three paths (`Tools/bits_forms.py`): other types are refused,
/// or computed wrong without a message.
package struct NarrowRule: Sendable {
  /// The type of an operator's activations.
  package enum Activations: Hashable, Sendable { case float, int8, int16 }

  private let types: [Activations: [TensorType]]
  /// Whether the elements of one index of axis 0 must fill whole bytes: the kernel copies rows.
  private let copiesRows: Bool

  init(
    float: [TensorType] = [], int8: [TensorType] = [], int16: [TensorType] = [],
    copiesRows: Bool = false
  ) {
    types = [.float: float, .int8: int8, .int16: int16]
    self.copiesRows = copiesRows
  }

  /// Whether kernels read weights of the type and the shape.
  package func takes(_ type: TensorType, _ activations: Activations, shape: [Int32]) -> Bool {
    guard types[activations]?.contains(type) == true, let bits = type.bits else { return false }
    let row = shape.dropFirst().reduce(1) { $0 * Int($1) }
    return !copiesRows || row * bits % 8 == 0
  }
}

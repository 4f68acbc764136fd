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

/// How a file stores integers of fewer than eight bits.
package struct NarrowForm: Hashable, Sendable {
  package let type: TensorType
  /// Consecutive elements of a row that share a scale; nil where a channel or the tensor has one.
  package let block: Int?

  package init(_ type: TensorType, block: Int? = nil) {
    self.type = type
    self.block = block
  }
}

/// The forms below eight bits that an operator's kernels take for weights, by the activations beside
/// them. Measured in LiteRT 2.3 on all three paths (`Tools/bits_forms.py`): other forms are refused,
/// or computed wrong without a message.
package struct NarrowRule: Sendable {
  /// The type of an operator's activations.
  package enum Activations: Hashable, Sendable { case float, int8, int16 }

  /// Why kernels do not read weights in a form.
  package enum Obstacle: Hashable, Sendable {
    case hasNoKernel(Activations)
    case hasNoBlockKernel(Activations)
    /// The kernel copies rows, and they do not fill whole bytes.
    case splitsBytes(row: Int)
    /// The kernel copies rows along another axis than the first.
    case copiesOtherAxis
    /// The block is no divisor of the rows' length.
    case splitsBlocks(columns: Int)
    case hasFewRows(least: Int)
    /// Sums over the rows overflow.
    case hasLongRows(most: Int)
    /// Kernels for blocks leave out fused activations, and this one is no operator of its own.
    case fuses
  }

  /// Blocks in float operators.
  struct Blocks: Sendable {
    let types: [TensorType]
    /// The optimized kernel computes fewer rows of weights wrong.
    let leastRows: Int
    /// Nil where the kernel has no activation. The optimized kernel leaves it out.
    let activation: OptionKey<Int8>?
    /// Whether the reference kernel leaves out the scales.
    var isWrongInReference = false
  }

  private let types: [Activations: [TensorType]]
  /// Whether the elements of one index of axis 0 must fill whole bytes: the kernel copies rows.
  private let copiesRows: Bool
  /// The axis along which the kernel copies rows, if an option says so.
  private let axisKey: OptionKey<Int32>?
  private let blocks: Blocks?
  /// Types whose products XNNPACK adds up shifted left by four bits.
  private let shifted: [TensorType]
  /// Whether kernels unpack the weights to int8 in each run, since XNNPACK has none for them.
  package let isUnpacked: Bool

  init(
    float: [TensorType] = [], int8: [TensorType] = [], int16: [TensorType] = [],
    copiesRows: Bool = false, along axisKey: OptionKey<Int32>? = nil, blocks: Blocks? = nil,
    shifted: [TensorType] = [], isUnpacked: Bool = false
  ) {
    types = [.float: float, .int8: int8, .int16: int16]
    self.copiesRows = copiesRows
    self.axisKey = axisKey
    self.blocks = blocks
    self.shifted = shifted
    self.isUnpacked = isUnpacked
  }

  /// Returns why kernels do not read weights of the form and the shape; nil if they do.
  package func obstacle(
    to form: NarrowForm, _ activations: Activations, shape: [Int32], options: Options?
  ) -> Obstacle? {
    guard let bits = form.type.bits, types[activations]?.contains(form.type) == true else {
      return .hasNoKernel(activations)
    }
    let row = shape.dropFirst().reduce(1) { $0 * Int($1) }
    if copiesRows {
      if let axisKey, options?[axisKey] ?? 0 != 0 { return .copiesOtherAxis }
      if row * bits % 8 != 0 { return .splitsBytes(row: row) }
    } else if row > Self.mostColumns(bits: bits) {
      return .hasLongRows(most: Self.mostColumns(bits: bits))
    }
    return form.block.flatMap { obstacle(to: form.type, block: $0, activations, shape, options) }
  }

  private func obstacle(
    to type: TensorType, block: Int, _ activations: Activations, _ shape: [Int32],
    _ options: Options?
  ) -> Obstacle? {
    guard let blocks, activations == .float, blocks.types.contains(type), shape.count == 2 else {
      return .hasNoBlockKernel(activations)
    }
    if Int(shape[1]) % block != 0 { return .splitsBlocks(columns: Int(shape[1])) }
    if Int(shape[0]) < blocks.leastRows { return .hasFewRows(least: blocks.leastRows) }
    let activation = blocks.activation.flatMap { options?[$0] } ?? 0
    return activation == 0 || Self.activations[activation] != nil ? nil : .fuses
  }

  /// The fused activation that must be an operator of its own if weights are in blocks, and its
  /// option; nil without an activation.
  package func activationBesideBlocks(
    options: Options?
  ) -> (kind: BuiltinOperator, key: OptionKey<Int8>)? {
    guard let key = blocks?.activation, let kind = options?[key].flatMap({ Self.activations[$0] })
    else { return nil }
    return (kind, key)
  }

  /// Whether the reference kernel computes garbage with blocks.
  package var hasWrongReferenceBlocks: Bool { blocks?.isWrongInReference == true }

  /// The forms for OPERATORS.md: "int4, int2 under float32".
  package var description: String {
    let words: [(Activations, String)] = [(.float, "float32"), (.int8, "int8"), (.int16, "int16")]
    let forms = words.compactMap { activations, word -> String? in
      guard let types = types[activations], !types.isEmpty else { return nil }
      return "\(types.map(\.description).joined(separator: " and ")) under \(word)"
    }
    let inBlocks = (blocks?.types ?? []).map(\.description).joined(separator: " and ")
    return (forms + (inBlocks.isEmpty ? [] : ["in blocks \(inBlocks)"])).joined(separator: "; ")
  }

  /// The operators of fused activations, by code (schema: ActivationFunctionType).
  private static let activations: [Int8: BuiltinOperator] = [
    1: .relu, 2: .reluN1To1, 3: .relu6, 4: .tanh,
  ]

  /// The most columns whose sums fit: hybrid kernels sum up the integers of a row in eight lanes of
  /// 16 bits, and XNNPACK adds up products of int4 16 times as large.
  private static func mostColumns(bits: Int) -> Int { 8 * 32767 / ((1 << (bits - 1)) - 1) }

  /// The greatest magnitude that the bias of an integer operator may have, in units of its sum: half of
  /// what an int32 holds, unless XNNPACK adds up larger numbers.
  package func biasLimit(_ type: TensorType, _ activations: Activations, shape: [Int32]) -> Double {
    guard activations == .int8, shifted.contains(type), let bits = type.bits else { return 0x1p30 }
    let row = shape.dropFirst().reduce(1) { $0 * Int($1) }
    return max(0x1p20, 0x1p27 - Double(255 * row * ((1 << (bits - 1)) - 1)))
  }
}

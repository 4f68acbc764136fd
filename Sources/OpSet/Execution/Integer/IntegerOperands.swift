import KernelTable
import TFLite

/// The common part of integer products: operands that were checked, and the conversion of their
/// sums to the output's integers.
struct IntegerOperands {
  /// The rule by which an operator multiplies sums with the quotient of the scales.
  enum Rule {
    /// Fixed point; with the int16 activations of `biasType` int32 too, else in int64.
    case convolution(biasType: TensorType)
    /// Double precision; the kernels of sparse filters and those of TensorFlow Lite Micro use fixed
    /// point.
    case dense(biasType: TensorType)
    /// Fixed point; both operands are activations.
    case matrices
  }

  let kernels: IntegerKernels
  let input: Value
  let filter: Value
  let output: Value
  let inputZero: Int16
  let filterZero: Int16
  let rescaling: Rescaling
  /// Whether the runtime adds up in int64 what could overflow an int32.
  let isLong: Bool
  /// Reads a bias that only the run knows.
  let stages: [Stage]
  private let kind: IntegerKind

  /// `biasIndex` may name an input that is left out.
  init(
    _ preparation: Preparation, input: Value, filterIndex: Int, biasIndex: Int, channels: Int,
    activation: Int, rule: Rule
  ) throws {
    let filter = try preparation.input(filterIndex)
    preparation.followScales(ofInput: filterIndex)
    let output = try preparation.output()
    let form = try Self.form(preparation, input, filter, preparation.optionalInput(biasIndex), rule)
    (self.input, self.filter, self.output) = (input, filter, output)
    kernels = preparation.kernels.integers
    kind = input.integerKind ?? .int8
    isLong = input.type == .int16 && form != .fixed
    let (x, y) = (try Affine(input), try Affine(output))
    inputZero = try x.narrowZeroPoint(input)
    let outputZero = try y.narrowZeroPoint(output)
    let weights = try Affine(filter)
    // Convolution kernels ignore the zero points of int8 filters.
    let isSymmetric = if case .convolution = rule { filter.type != .uint8 } else { false }
    filterZero = isSymmetric ? 0 : try weights.narrowZeroPoint(filter)
    try preparation.require(
      filterZero == 0 || input.type != .int16,
      "the filter of int16 activations has zero point \(filterZero), expected 0")
    let scales = filter.tensor.quantization?.scale ?? []
    try preparation.require(
      scales.count == 1 || scales.count == channels, "the filter has \(scales.count) scales")
    let isRounded: Bool =
      switch rule {
      case .convolution: input.type == .uint8
      case .dense: scales.count == 1
      case .matrices: true
      }
    // Some kernels multiply the scales in single precision.
    let factors = (0..<channels).map { channel in
      let scale = scales[scales.count == 1 ? 0 : channel]
      return isRounded
        ? Double(x.scale * scale) / Double(y.scale)
        : Double(x.scale) * Double(scale) / Double(y.scale)
    }
    rescaling = Rescaling(
      form, factors: factors, outputBytes: output.type == .int16 ? 2 : 1,
      zeroPoint: Int32(outputZero), range: try y.clamp(activation, output.type.levels))
    guard let bias = preparation.optionalInput(biasIndex) else {
      stages = []
      return
    }
    try preparation.require(
      bias.count == channels, "the bias has \(bias.count) values, expected \(channels)")
    if bias.isKnown {
      rescaling.setBias(try preparation.known(biasIndex))
      preparation.consume(biasIndex)
      stages = []
    } else {
      let rescaling = rescaling
      stages = [preparation.packing(bias) { rescaling.setBias(bias) }]
    }
  }

  /// Checks the types.
  private static func form(
    _ preparation: Preparation, _ input: Value, _ filter: Value, _ bias: Value?, _ rule: Rule
  ) throws -> IntegerRescaling.Form {
    try preparation.requireType(input, .int8, .uint8, .int16, what: "the input")
    try preparation.requireType(try preparation.output(), input.type, what: "the output")
    let isMatrices = if case .matrices = rule { true } else { false }
    switch input.type {
    case .uint8: try preparation.requireType(filter, .uint8, what: "the filter")
    case .int16 where isMatrices: try preparation.requireType(filter, .int16, what: "the filter")
    default:
      let isDense = if case .dense = rule { true } else { false }
      if filter.type != .int2 || !isDense {
        try preparation.requireType(filter, .int8, .int4, what: "the filter")
      }
    }
    let isInt16 = input.type == .int16
    let form: IntegerRescaling.Form
    var hasWideBias = isInt16
    switch rule {
    case .convolution(let biasType):
      hasWideBias = isInt16 && biasType != .int32
      form = hasWideBias ? .wide : .fixed
    case .dense(let biasType):
      hasWideBias = isInt16 && biasType != .int32
      if preparation.reference == .tflm {
        form = hasWideBias ? .wide : .fixed
      } else {
        form = filter.tensor.sparsity == nil ? .real : .fixed
      }
    case .matrices: form = isInt16 ? .wide : .fixed
    }
    if let bias {
      // The runtime takes an int32 bias for int64 where the option does not name its type.
      try preparation.requireType(bias, hasWideBias ? .int64 : .int32, what: "the bias")
    }
    return form
  }

  /// Elements of the input from `offset` on, less the zero point.
  @inline(__always)
  func widen(
    _ source: UnsafeRawPointer, _ offset: Int, _ target: UnsafeMutablePointer<Int16>, _ count: Int
  ) {
    kernels.widen(kind, source + offset &* (kind == .int16 ? 2 : 1), inputZero, target, count)
  }
}

extension Affine {
  /// Returns the zero point, which must be one of the type's integers; 0 for int16.
  func narrowZeroPoint(_ value: Value) throws -> Int16 {
    let range = value.type == .int16 ? 0...0 : value.type.levels
    guard range.contains(zeroPoint) else {
      throw OperatorFault.invalid(
        "tensor \(value.id.index) of type \(value.type) cannot have zero point \(zeroPoint)")
    }
    return Int16(zeroPoint)
  }
}

extension Value {
  /// Nil for types that no integer kernel reads.
  var integerKind: IntegerKind? {
    switch type {
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    default: nil
    }
  }
}

extension Preparation {
  /// Returns the type of a bias: float32, which is the schema's default, where the file has none.
  func biasType(_ key: OptionKey<TensorType>) -> TensorType { options?[key] ?? .float32 }
}

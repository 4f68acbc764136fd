import Optimizer
import TFLite

// The kinds that rules name.
extension BuiltinOperator {
  private static func kind(_ name: String) -> Self { Self(named: name) ?? .placeholder }

  static let add = kind("ADD")
  static let subtract = kind("SUB")
  static let multiply = kind("MUL")
  static let divide = kind("DIV")
  static let negate = kind("NEG")
  static let reshape = kind("RESHAPE")
  static let transpose = kind("TRANSPOSE")
  static let squeeze = kind("SQUEEZE")
  static let expandDims = kind("EXPAND_DIMS")
  static let cast = kind("CAST")
  static let pad = kind("PAD")
  static let slice = kind("SLICE")
  static let mirrorPad = kind("MIRROR_PAD")
  static let depthToSpace = kind("DEPTH_TO_SPACE")
  static let hardSwish = kind("HARD_SWISH")
  static let gelu = kind("GELU")
  static let square = kind("SQUARE")
  static let power = kind("POW")
  static let stridedSlice = kind("STRIDED_SLICE")
  static let concatenation = kind("CONCATENATION")
  static let split = kind("SPLIT")
  static let unpack = kind("UNPACK")
  static let shape = kind("SHAPE")
  static let parametricRelu = kind("PRELU")
  static let tile = kind("TILE")
  static let broadcastTo = kind("BROADCAST_TO")
  static let mean = kind("MEAN")
  static let batchMatMul = kind("BATCH_MATMUL")
  static let splitV = kind("SPLIT_V")
  static let pack = kind("PACK")
  static let averagePool = kind("AVERAGE_POOL_2D")
  static let maxPool = kind("MAX_POOL_2D")
  static let leakyRelu = kind("LEAKY_RELU")
  static let maximum = kind("MAXIMUM")
  static let minimum = kind("MINIMUM")
  static let absolute = kind("ABS")
  static let squaredDifference = kind("SQUARED_DIFFERENCE")
  static let squareRoot = kind("SQRT")
  static let reciprocalRoot = kind("RSQRT")
  static let exponential = kind("EXP")
  static let sum = kind("SUM")
  static let reduceMax = kind("REDUCE_MAX")
  static let reduceMin = kind("REDUCE_MIN")
  static let logarithm = kind("LOG")
  static let gatherND = kind("GATHER_ND")
  static let embedding = kind("EMBEDDING_LOOKUP")
  static let select = kind("SELECT")
  static let selectV2 = kind("SELECT_V2")
  static let greater = kind("GREATER")
  static let greaterEqual = kind("GREATER_EQUAL")
  static let less = kind("LESS")
  static let lessEqual = kind("LESS_EQUAL")
  static let sign = kind("SIGN")
  static let elu = kind("ELU")
  static let relu0To1 = kind("RELU_0_TO_1")
  static let logicalAnd = kind("LOGICAL_AND")
  static let whileLoop = kind("WHILE")
  static let fill = kind("FILL")
  static let range = kind("RANGE")
  static let l2Normalization = kind("L2_NORMALIZATION")
  static let spaceToDepth = kind("SPACE_TO_DEPTH")
  static let spaceToBatch = kind("SPACE_TO_BATCH_ND")
  static let batchToSpace = kind("BATCH_TO_SPACE_ND")
  static let resizeBilinear = kind("RESIZE_BILINEAR")
  static let resizeNearest = kind("RESIZE_NEAREST_NEIGHBOR")

  /// Operators of one operand that compute each element by itself.
  static let functions: Set<BuiltinOperator> = Set(
    [
      "ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "GELU", "HARD_SWISH", "LEAKY_RELU", "LOG",
      "LOGISTIC", "NEG", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "ROUND", "RSQRT", "SIGN",
      "SIN", "SQRT", "SQUARE", "TANH",
    ].map(kind))

  /// Operators of two operands, broadcast to the same shape, that compute each element by itself.
  static let pairings: Set<BuiltinOperator> = Set(
    ["ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"].map(kind))

  static let reductions: Set<BuiltinOperator> = Set(
    ["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"]
      .map(kind))

  /// Operators that only give elements other places in the same order, or swap axes.
  static let layouts: Set<BuiltinOperator> = [.reshape, .transpose, .squeeze, .expandDims]
}

/// The values of `fused_activation_function`.
enum FusedFunction {
  static let none: Int8 = 0
  static let codes: [BuiltinOperator: Int8] = [.relu: 1, .reluN1To1: 2, .relu6: 3]

  /// What a code cuts off.
  static let bounds: [Int8: (low: Double, high: Double)] = [
    1: (0, .infinity), 2: (-1, 1), 3: (0, 6),
  ]

  /// Where operators of a kind have the option.
  static let keys: [BuiltinOperator: OptionKey<Int8>] = [
    .conv2D: Conv2D.activation, .depthwiseConv2D: DepthwiseConv2D.activation,
    .fullyConnected: FullyConnected.activation, .add: AddOptions.activation,
    .subtract: SubOptions.activation, .multiply: MulOptions.activation,
    .divide: DivOptions.activation,
  ]
}

extension GraphEditor {
  /// Whether the operator has no fused activation function.
  func isLinear(_ entry: Operator) -> Bool {
    FusedFunction.keys[kind(of: entry)].map {
      (entry.builtinOptions?[$0] ?? FusedFunction.none) == FusedFunction.none
    } ?? true
  }

  /// Returns the fused activation function; 0 for none.
  func activation(of entry: Operator) -> Int8 {
    FusedFunction.keys[kind(of: entry)].flatMap { entry.builtinOptions?[$0] }
      ?? FusedFunction.none
  }

  /// Returns the operator with another fused activation function; nil where it has no such option.
  func with(activation code: Int8, _ entry: Operator) -> Operator? {
    guard let key = FusedFunction.keys[kind(of: entry)] else { return nil }
    var entry = entry
    if entry.builtinOptions == nil {
      entry.builtinOptionsType = key.tag
      entry.builtinOptions = Options(.builtinOptions, tag: key.tag)
    }
    entry.builtinOptions?[key] = code
    return entry.builtinOptions?[key] == code ? entry : nil
  }
}

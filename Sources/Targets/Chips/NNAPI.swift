import OpSet
import TFLite

extension Target {
  /// Android's Neural Networks API, deprecated since Android 15: what its delegate hands over. Which
  /// driver takes it is another question.
  static let nnapi = Target(
    name: "nnapi", title: "NNAPI delegate (API level 30)", partitions: .any, forms: .nnapi,
    book: RuleBook(
      NNAPI.rules,
      general: [(.staticShapes, ""), (.notEmpty, ""), (.rank(atMost: 4), "")]))
}

/// Conditions of nnapi_delegate.cc: the highest version of each operator, types and limits.
private enum NNAPI {
  static let source = Evidence(.read, "TensorFlow Lite, nnapi_delegate.cc")
  static let reals: TypeRule = .data([.float32, .int8, .uint8])

  static func rule(
    _ names: String, version: Int32, _ types: TypeRule = reals, _ conditions: [Condition] = []
  ) -> Rule {
    Rule(names, types, [.version(atMost: version)] + conditions, by: source)
  }

  static let rules: [Rule] = [
    rule("ADD", version: 2, .data([.float32, .int8, .uint8, .int32])),
    rule("MUL SUB", version: 3, .data([.float32, .int8, .uint8, .int32])),
    rule("CONV_2D", version: 5, reals, [.hasBias]),
    rule("DEPTHWISE_CONV_2D", version: 3, reals, [.hasBias]),
    rule("FULLY_CONNECTED", version: 5), rule("TRANSPOSE_CONV", version: 4),
    rule("AVERAGE_POOL_2D MAX_POOL_2D L2_NORMALIZATION TANH", version: 2),
    rule("LOGISTIC RELU RELU6 RELU_N1_TO_1", version: 2),
    rule("CONCATENATION", version: 2, reals, [.activation("NONE")]),
    rule("SOFTMAX", version: 2),
    rule("RESHAPE", version: 1, reals, [.constant(1, .shape)]),
    rule("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", version: 3, reals, [.constant(1, .sizes)]),
    rule("LEAKY_RELU PRELU", version: 2), rule("PAD", version: 2, reals, [.constant(1, .paddings)]),
    rule("SELECT", version: 2, .any), rule("SPLIT", version: 3, .any, [.constant(0, .axis)]),
    rule("TOPK_V2", version: 2, .first([.float32, .int8, .uint8, .int32]), [.constant(1, .value)]),
    rule("GATHER", version: 2, .any, [.input(1, .indices, in: [.int32])]),
    rule("SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND", version: 2, .first([.float32, .int8, .uint8])),
    rule("MEAN", version: 2, reals, [.constant(1, .axes)]),
    rule("REDUCE_MAX REDUCE_MIN", version: 2, reals, [.constant(1, .axes)]),
    rule("SUM REDUCE_PROD", version: 1, .data([.float32]), [.constant(1, .axes)]),
    rule("QUANTIZE", version: 2, .convert([.float32, .int8, .uint8], [.int8, .uint8])),
    rule("DEQUANTIZE", version: 2, .convert([.int8, .uint8, .float16], [.float32])),
    rule("ARG_MAX ARG_MIN", version: 2, .convert([.float32, .int8, .uint8, .int32], [.int32])),
    rule("UNIDIRECTIONAL_SEQUENCE_LSTM", version: 2, .first([.float32])),
    rule("LSTM", version: 3, .first([.float32])),
    rule("BATCH_MATMUL", version: 2), rule("SQUARED_DIFFERENCE", version: 2),
    rule("PACK", version: 2, .data([.float32, .int8, .uint8])),
    rule("MIRROR_PAD", version: 2, reals, [.constant(1, .paddings)]),
    rule("REVERSE_V2", version: 3, .first([.float32, .int8, .uint8])),
    rule("STRIDED_SLICE", version: 2, .first([.float32, .int8, .uint8])),
    rule("TRANSPOSE", version: 2, reals, [.constant(1, .permutation)]),
    rule("DENSIFY", version: 1, .any),
  ]
}

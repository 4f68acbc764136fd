import OpSet
import TFLite

extension Target {
  /// XNNPACK, which LiteRT uses on processors unless told otherwise.
  static let xnnpack = Target(
    name: "xnnpack", title: "XNNPACK in LiteRT 2.3, on processors", partitions: .any,
    forms: .xnnpack,
    followers: .decoders,
    book: RuleBook(
      XNNPACK.float + XNNPACK.hybrid + XNNPACK.integer + XNNPACK.other,
      general: [
        (
          .notEmpty,
          "STRIDED_SLICE CONCATENATION SUM SOFTMAX BATCH_MATMUL FULLY_CONNECTED"
        ), (.dense, "DENSIFY"),
      ],
      custom: [
        "Convolution2DTransposeBias": .data([.float32]),
        "MaxPoolingWithArgmax2D": .first([.float32]), "MaxUnpooling2D": .first([.float32]),
      ]))
}

/// Verdicts of LiteRT 2.3 on the zoo, its dynamic and int8 forms, and 4,321 models of one operator.
private enum XNNPACK {
  static let measured = Evidence(.verified, "LiteRT 2.3.0: operators that end in DELEGATE nodes")
  static let activations = Condition.activation("NONE RELU RELU_N1_TO_1 RELU6")
  static let float32: TypeRule = .data([.float32])
  static let integers: TypeRule = .data([.int8, .uint8])

  static let float: [Rule] = [
    Rule(
      """
      ABS CEIL COS ELU EXP FLOOR GELU HARD_SWISH LOG LOGISTIC MAXIMUM MINIMUM NEG RELU
      RELU6 RELU_N1_TO_1 ROUND RSQRT SIN SQRT SQUARE SQUARED_DIFFERENCE TANH
      """, float32, by: measured),
    Rule("ADD SUB MUL DIV", float32, [activations], by: measured),
    Rule("PRELU", float32, [.constant(1, .alpha)], by: measured),
    Rule("BATCH_MATMUL", float32, by: measured),
    Rule(
      "AVERAGE_POOL_2D MAX_POOL_2D", float32, [activations, .strideWithinFilter], by: measured),
    Rule("CONCATENATION", float32, [activations, .inputs(2...5)], by: measured),
    Rule(
      "CONV_2D", float32,
      [activations, .weights([.float32]), .constantWeights, .dataRank(4...4)], by: measured),
    Rule(
      "DEPTHWISE_CONV_2D", float32,
      [activations, .weights([.float32]), .constantWeights, .biasStoredLikeFilter],
      by: measured),
    Rule(
      "FULLY_CONNECTED", float32,
      [activations, .weights([.float32]), .constantWeights, .notConstant(0), .not(version: 8)],
      by: measured),
    Rule(
      "TRANSPOSE_CONV", float32,
      [activations, .weights([.float32]), .constant(0, .shape), .strideWithinFilter, .flatBias],
      by: measured),
    Rule(
      "MEAN SUM REDUCE_MAX REDUCE_MIN", float32, [.constant(1, .axes), .listed(1, .axes)],
      by: measured),
    Rule(
      "PAD", float32, [.constant(1, .paddings), .input(1, .paddings, in: [.int32])],
      by: measured),
    Rule("RESHAPE", float32, [.constant(1, .shape), .listed(1, .shape)], by: measured),
    Rule("RESIZE_BILINEAR", float32, [.constant(1, .sizes)], by: measured),
    Rule("SOFTMAX", float32, [.unitBeta], by: measured),
    Rule("LEAKY_RELU", float32, [.slopeNotZero], by: measured),
    Rule("SPACE_TO_DEPTH DEPTH_TO_SPACE", float32, [.blockAboveOne], by: measured),
    Rule("TRANSPOSE", float32, [.constant(1, .permutation)], by: measured),
  ]

  static let hybrid: [Rule] = [
    Rule(
      "CONV_2D", float32,
      [activations, .weights([.int8]), .constantWeights, .dataRank(4...4)], by: measured),
    Rule("BATCH_MATMUL", .first([.float32]), [.input(1, .filter, in: [.int8])], by: measured),
    Rule(
      "TRANSPOSE_CONV", float32,
      [activations, .weights([.int8]), .constant(0, .shape), .strideWithinFilter, .flatBias],
      by: measured),
    Rule(
      "FULLY_CONNECTED", float32,
      [
        activations, .weights([.int8, .int4, .int2]), .constantWeights, .not(version: 8),
        .wholeBytesPerRow, .int2PerChannel,
      ], by: measured),
  ]

  static let integer: [Rule] = [
    Rule("ADD SUB", integers, [activations, .scaleRatio(0x1p-10..<0x1p8)], by: measured),
    Rule("MUL", integers, [activations, .scaleProductRatio(0x1p-16..<0x1p8)], by: measured),
    Rule(
      "CONCATENATION", integers, [activations, .inputs(2...5), .hasScales, .equalScales],
      by: measured),
    Rule(
      "CONV_2D DEPTHWISE_CONV_2D", integers,
      [activations, .weights([.int8, .uint8]), .constantWeights, .hasBias, .constantBias],
      by: measured),
    Rule(
      "FULLY_CONNECTED", integers,
      [
        activations, .weights([.int8, .uint8, .int4, .int2]), .constantWeights,
        .not(version: 8), .wholeBytesPerRow, .int2PerChannel,
      ], by: measured),
    Rule(
      "TRANSPOSE_CONV", integers,
      [
        activations, .weights([.int8, .uint8]), .constantWeights, .constant(0, .shape),
        .strideWithinFilter, .flatBias,
      ], by: measured),
    Rule("LOGISTIC TANH", integers, by: measured),
    Rule("ELU", .data([.int8]), by: measured),
    Rule(
      "LEAKY_RELU", integers, [.slopeNotZero, .closedScaleRatio(0x1p-8...0x1p7)],
      by: measured),
    Rule(
      "MAX_POOL_2D", integers, [activations, .moreThanOnePixel, .strideWithinFilter],
      by: measured),
    Rule(
      "MEAN SUM REDUCE_MAX REDUCE_MIN", integers,
      [.hasScales, .constant(1, .axes), .listed(1, .axes)],
      by: measured),
    Rule(
      "PAD", integers,
      [.hasScales, .constant(1, .paddings), .input(1, .paddings, in: [.int32])], by: measured),
    Rule("RESHAPE", integers, [.hasScales, .constant(1, .shape)], by: measured),
    Rule("RESIZE_BILINEAR", integers, [.hasScales, .constant(1, .sizes)], by: measured),
    Rule(
      "SPACE_TO_DEPTH DEPTH_TO_SPACE", integers, [.hasScales, .blockAboveOne], by: measured),
    Rule("TRANSPOSE", integers, [.hasScales, .constant(1, .permutation)], by: measured),
  ]

  static let other: [Rule] = [
    Rule(
      "SPLIT", .data([.float32, .int8, .uint8]),
      [.constant(0, .axis), .outputs(2...4), .integersHaveScales],
      by: measured),
    Rule(
      "SLICE", .data([.float32, .int8, .uint8]),
      [
        .constant(1, .bounds), .constant(2, .sizes), .positive(2, .sizes), .integersHaveScales,
      ], by: measured),
    Rule(
      "STRIDED_SLICE", .data([.float32, .int8, .uint8]),
      [
        .constant(1, .bounds), .constant(2, .bounds), .constant(3, .strides), .noMasks,
        .unitSteps, .oneNumberPerAxis(1), .integersHaveScales,
      ], by: measured),
    Rule("DEQUANTIZE", .convert([.float16, .int8, .uint8], [.float32]), by: measured),
    Rule("DENSIFY", .first([.float32, .float16, .int8]), [.constant(0, .input)], by: measured),
    Rule("QUANTIZE", .convert([.float32], [.int8, .uint8]), [.oneScale], by: measured),
    Rule("QUANTIZE", integers, [.closedScaleRatio(0x1p-8...0x1p7)], by: measured),
    Rule("VAR_HANDLE", .any, by: measured),
    Rule("READ_VARIABLE", .convert([.resource], [.float32, .int8, .uint8]), by: measured),
    Rule(
      "ASSIGN_VARIABLE", .any, [.input(1, .value, in: [.float32, .int8, .uint8])],
      by: Evidence(.read, "xnnpack_delegate.cc; has no result by which delegation shows")),
    Rule(
      "STABLEHLO_COMPOSITE", float32, [.composite("odml.scaled_dot_product_attention")],
      by: measured),
  ]
}

extension Condition {
  fileprivate static let slopeNotZero = Condition { view in
    view.options?[LeakyRelu.alpha] == 0 ? .option("alpha") : nil
  }

  /// Rows of integers below eight bits fill whole bytes.
  fileprivate static let wholeBytesPerRow = Condition { view in
    guard let weight = view.weights.first, let bits = weight.type.bits, bits < 8,
      let columns = weight.shape.last
    else { return nil }
    return columns * bits % 8 == 0 ? nil : .exceeds(.weightBits, bits, 8)
  }

  fileprivate static let int2PerChannel = Condition { view in
    guard let weight = view.weights.first, weight.type == .int2 else { return nil }
    return weight.isPerChannel ? nil : .scalesDiffer
  }

  /// An int8 filter behind DEQUANTIZE beside a float16 bias behind one.
  fileprivate static let biasStoredLikeFilter = Condition { view in
    view.weights.first?.storedType == .int8 && view.bias?.storedType == .float16
      ? .type(.bias, .float16) : nil
  }

  fileprivate static let flatBias = Condition { view in
    guard let rank = view.bias?.shape.count, rank > 1 else { return nil }
    return .exceeds(.rank, rank, 1)
  }

  /// Plain integers, without a scale, are not quantized values.
  fileprivate static let integersHaveScales = Condition { view in
    view.data.allSatisfy { $0.type == .float32 || !$0.scales.isEmpty } ? nil : .noScale
  }

  fileprivate static func composite(_ name: String) -> Condition {
    let key = OptionKey<String>("StableHLOCompositeOptions", "name")
    return Condition { view in view.options?[key] == name ? nil : .noKernel }
  }
}

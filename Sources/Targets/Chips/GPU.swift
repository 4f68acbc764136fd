import OpSet
import TFLite

extension Target {
  /// LiteRT's GPU delegate (OpenCL, OpenGL, Metal), which takes one part by default.
  static let gpu = Target(
    name: "gpu", title: "GPU delegate", partitions: .largest, forms: .gpu,
    book: RuleBook(
      GPU.rules,
      general: [
        (.staticShapes, ""), (.notEmpty, ""), (.rank(atMost: 4), ""), (.oneScale, "DEQUANTIZE"),
      ]))
}

/// What model_builder.cc and tflite_settings of LiteRT accept (f67457790c).
private enum GPU {
  static let source = Evidence(.read, "LiteRT f67457790c, gpu/common/model_builder*.cc")
  static let reals: TypeRule = .data([.float32, .float16, .int8, .uint8])
  static let activations = Condition.activation("NONE RELU RELU_N1_TO_1 RELU6 TANH")

  static func rule(
    _ names: String, _ types: TypeRule = reals, _ conditions: [Condition] = []
  ) -> Rule {
    Rule(names, types, conditions, by: source)
  }

  /// Whether the delegate decodes integer weights of float operators is not known.
  static let integerWeights = Evidence(.remembered, "float16 weights are what its users recommend")

  static let rules: [Rule] = [
    Rule(
      "CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV FULLY_CONNECTED", .first([.float32, .float16]),
      [.weights([.int8, .int4, .int2])], by: integerWeights),
    rule(
      """
      ABS CEIL COS ELU EXP FLOOR GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC NEG RELU RELU6
      RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SIGN SIN SQRT SQUARE TANH PRELU
      """),
    rule("ADD SUB MUL DIV", reals, [activations, .gpuBroadcast]),
    rule(
      """
      FLOOR_DIV FLOOR_MOD MAXIMUM MINIMUM POW SQUARED_DIFFERENCE ATAN2
      """, reals, [.gpuBroadcast]),
    rule("ADD_N", reals, [.inputs(2...2)]),
    rule("EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL", .any, [.gpuBroadcast]),
    rule("LOGICAL_AND LOGICAL_OR LOGICAL_NOT", .any),
    rule("AVERAGE_POOL_2D MAX_POOL_2D", reals, [activations]),
    rule("CONV_2D", reals, [activations]),
    rule("DEPTHWISE_CONV_2D", reals, [activations]),
    rule("TRANSPOSE_CONV", reals, [activations, .constant(0, .shape)]),
    rule(
      "FULLY_CONNECTED", reals,
      [
        activations, .option(FullyConnected.weightsFormat, "weights_format", is: 0),
        .notConstant(0),
      ]),
    rule("BATCH_MATMUL"),
    rule("CAST", .convert([.bool, .float32, .int32], [.bool, .float32, .int32])),
    rule("CONCATENATION", .any),
    rule("CUMSUM", .first([.float32, .float16]), [.constant(1, .axis)]),
    rule("DENSIFY", .any, [.constant(0, .input)]),
    rule("DEQUANTIZE", .convert([.float16, .int8, .uint8], [.float32, .float16])),
    rule("QUANTIZE", .convert([.float32, .int8, .uint8], [.int8, .uint8])),
    rule("SPACE_TO_DEPTH DEPTH_TO_SPACE", reals, [.blockAboveOne]),
    rule("GATHER", .any, [.input(1, .indices, in: [.int32]), .indicesOfRankOne]),
    rule("EMBEDDING_LOOKUP", .any, [.input(1, .filter, in: [.float32, .int8, .int4, .int2])]),
    rule("MEAN SUM REDUCE_MAX REDUCE_MIN REDUCE_PROD", reals, [.constant(1, .axes)]),
    rule("MIRROR_PAD", reals, [.reflects, .constant(1, .paddings)]),
    rule("PAD PADV2", reals, [.constant(1, .paddings)]),
    rule("RESIZE_BILINEAR", reals, [.constant(1, .sizes), .notAlignedAndCentred]),
    rule("RESIZE_NEAREST_NEIGHBOR", reals, [.constant(1, .sizes)]),
    rule("RESHAPE"), rule("SOFTMAX", reals, [.unitBeta]),
    rule("SLICE", reals, [.dataRank(3...4), .constant(1, .bounds), .constant(2, .sizes)]),
    rule("STRIDED_SLICE", reals, [.dataRank(3...4), .constant(1, .bounds), .noMasks]),
    rule("SPLIT SPLIT_V TILE PACK ONE_HOT SELECT SELECT_V2 TOPK_V2", .any),
    rule("TRANSPOSE", reals, [.constant(1, .permutation)]),
  ]
}

extension Condition {
  /// The second operand has the shape, one value, one for each channel, or one for each pixel.
  fileprivate static let gpuBroadcast = Condition { view in
    guard let a = view.input(0), let b = view.input(1), let output = view.output else { return nil }
    for operand in [a, b] where operand.shape != output.shape && operand.count != 1 {
      let padded =
        [Int](repeating: 1, count: max(0, 4 - operand.shape.count)) + operand.shape
      let goal = [Int](repeating: 1, count: max(0, 4 - output.shape.count)) + output.shape
      guard padded.count == goal.count else { return .broadcast }
      let isChannel = padded.dropLast().allSatisfy { $0 == 1 } && padded.last == goal.last
      let isPixel = padded.dropLast() == goal.dropLast() && padded.last == 1
      guard isChannel || isPixel else { return .broadcast }
    }
    return nil
  }

  fileprivate static let indicesOfRankOne = Condition { view in
    guard let rank = view.input(1)?.shape.count, rank > 1 else { return nil }
    return .exceeds(.rank, rank, 1)
  }

  fileprivate static let reflects = Condition { view in
    (view.options?[MirrorPad.mode] ?? 0) == 0 ? nil : .option("mode")
  }

  fileprivate static let notAlignedAndCentred = Condition { view in
    guard view.options?[ResizeBilinear.alignCorners] == true,
      view.options?[ResizeBilinear.halfPixelCenters] == true
    else { return nil }
    return .option("half_pixel_centers")
  }
}

import OpSet
import TFLite

extension Target {
  /// TensorFlow Lite Micro with all operators, as in its Python package.
  static let tflm = Target(
    name: "tflm", title: "TensorFlow Lite Micro", partitions: .whole, forms: .integers,
    seesAllSubgraphs: true, reference: .tflm,
    book: RuleBook(
      TFLM.elementwise + TFLM.products + TFLM.moves + TFLM.other,
      general: [
        (.tflmDynamic, "WHILE IF CALL_ONCE"), (.resultsNotEmpty, "WHILE IF CALL_ONCE"),
        (.noIntermediates, ""),
      ], custom: ["TFLite_Detection_PostProcess": .any]))
}

/// What loads and runs in tflite-micro of 2026-10: 4,321 models of one operator, and the zoo.
private enum TFLM {
  static let measured = Evidence(.verified, "tflite-micro 0.dev20261023: loads and runs")

  static func rule(
    _ names: String, _ types: TypeRule, _ conditions: [Condition] = []
  ) -> Rule {
    Rule(names, types, conditions, by: measured)
  }

  static let elementwise: [Rule] = [
    rule("ABS LEAKY_RELU LOGISTIC RELU RELU6 TANH RSQRT", .data([.float32, .int8, .int16])),
    rule("ADD", .data([.float32, .int8, .int16, .int32])),
    rule("SUB MUL", .data([.float32, .int8, .int16, .int32])),
    rule("MAXIMUM MINIMUM", .data([.float32, .int8, .int16, .int32, .int64])),
    rule("SQUARED_DIFFERENCE", .data([.float32, .int8, .int32])),
    rule("DIV ADD_N ELU HARD_SWISH L2_NORMALIZATION PRELU LOG_SOFTMAX", .data([.float32, .int8])),
    rule(
      "CEIL COS EXP FLOOR FLOOR_DIV FLOOR_MOD LOG NEG ROUND SIN SQRT SQUARE L2_POOL_2D",
      .data([.float32])),
    rule("LOGICAL_AND LOGICAL_NOT LOGICAL_OR", .first([.bool])),
    rule("EQUAL NOT_EQUAL", .first([.bool, .float32, .int8, .int32, .int64])),
    rule("GREATER", .first([.float32, .int8, .int16, .int32, .int64])),
    rule("GREATER_EQUAL LESS LESS_EQUAL", .first([.float32, .int8, .int32, .int64])),
    rule("SOFTMAX", .data([.float32, .int8, .int16])),
    rule("SELECT_V2", .any, [.input(1, .value, in: [.float32, .int8, .int16])]),
  ]

  static let products: [Rule] = [
    rule(
      "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED TRANSPOSE_CONV", .data([.float32]),
      [.weights([.float32])]),
    rule("CONV_2D DEPTHWISE_CONV_2D", .data([.int8]), [.weights([.int8, .int4])]),
    rule(
      "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED TRANSPOSE_CONV", .data([.int16]),
      [.weights([.int8])]),
    rule("FULLY_CONNECTED", .data([.int8]), [.weights([.int8, .int4]), .int4PerTensor]),
    rule("TRANSPOSE_CONV", .data([.int8]), [.weights([.int8])]),
    rule(
      "BATCH_MATMUL", .first([.float32, .int8, .int16]), [.sameTypes(0, 1)]),
    rule("AVERAGE_POOL_2D", .data([.float32])),
    rule("AVERAGE_POOL_2D MAX_POOL_2D", .data([.int8, .int16]), [.nearScales]),
    rule("MAX_POOL_2D", .data([.float32])),
    rule("SVDF", .first([.float32]), [.weights([.float32]), .hasBias, .svdfWidth]),
    rule("SVDF", .first([.int8]), [.hasBias, .svdfWidth]),
    rule(
      "UNIDIRECTIONAL_SEQUENCE_LSTM", .first([.float32, .int8, .int16]),
      [.plainLSTM]),
  ]

  static let moves: [Rule] = [
    rule("CONCATENATION", .data([.float32, .int8, .int16, .int32, .int64, .bool])),
    rule("PACK", .data([.float32, .int8, .int16, .int32, .int64])),
    rule("UNPACK", .first([.float32, .int8, .int16, .int32])),
    rule(
      "SPLIT", .any,
      [.input(1, .input, in: [.float32, .int8, .int16, .int32]), .constant(0, .axis)]),
    rule("SPLIT_V", .first([.float32, .int8, .int16, .int32]), [.constant(2, .axis)]),
    rule(
      "PAD PADV2", .first([.float32, .int8, .int16, .int32]),
      [
        .constant(1, .paddings), .input(1, .paddings, in: [.int32]),
      ]),
    rule("MIRROR_PAD CUMSUM SPACE_TO_DEPTH DEPTH_TO_SPACE", .first([.float32, .int8])),
    rule(
      "SPACE_TO_BATCH_ND BATCH_TO_SPACE_ND", .first([.float32, .int8]),
      [.constant(1, .sizes), .constant(2, .paddings)]),
    rule(
      "TRANSPOSE", .first([.float32, .int8, .int16]),
      [.constant(1, .permutation), .rank(atMost: 5)]),
    rule("SLICE", .first([.float32, .int8, .int16, .int32, .bool])),
    rule(
      "STRIDED_SLICE", .first([.float32, .int8, .int16, .int32, .bool]),
      [
        .constant(1, .bounds), .constant(2, .bounds), .noAxisMasks, .rank(atMost: 4),
        .oneNumberPerAxis(1), .option(StridedSlice.offset, "offset", is: false),
      ]),
    rule("RESHAPE SQUEEZE", .first([.float32, .int8, .int16, .int32, .int64, .uint8, .bool])),
    rule(
      "EXPAND_DIMS", .first([.float32, .int8, .int16]),
      [.constant(1, .axis), .input(1, .axis, in: [.int32])]),
    rule("REVERSE_V2", .first([.float32, .int8, .int16, .int32, .int64, .uint8, .bool])),
    rule("BROADCAST_TO", .any, [.constant(1, .shape), .rank(atMost: 5)]),
    rule("BROADCAST_ARGS", .any),
    rule("GATHER", .first([.float32, .int8]), [.input(1, .indices, in: [.int32])]),
    rule("GATHER_ND", .first([.float32, .int8]), [.input(1, .indices, in: [.int32])]),
    rule("EMBEDDING_LOOKUP", .any, [.input(1, .filter, in: [.float32, .int8])]),
    rule("FILL", .any, [.constant(0, .shape), .input(1, .value, in: [.float32, .int32, .int8])]),
    rule("ZEROS_LIKE", .first([.float32, .int8, .int32, .int64])),
    rule(
      "DYNAMIC_UPDATE_SLICE", .first([.float32, .int8, .int16, .int32])),
    rule("RESIZE_BILINEAR", .first([.float32, .int8]), [.constant(1, .sizes)]),
    rule("RESIZE_NEAREST_NEIGHBOR", .first([.float32, .int8, .int16]), [.constant(1, .sizes)]),
  ]

  static let other: [Rule] = [
    rule("MEAN SUM", .first([.float32, .int8, .int16])),
    rule("REDUCE_MAX REDUCE_MIN", .first([.float32, .int8])),
    rule("REDUCE_ALL", .first([.bool])),
    rule("ARG_MAX ARG_MIN", .convert([.float32, .int8], [.int32])),
    rule(
      "CAST",
      .convert(
        [.bool, .float32, .int8, .int16, .int32, .uint32],
        [.bool, .float32, .int8, .int16, .int32, .uint32])),
    rule("DEQUANTIZE", .convert([.int8, .int16, .uint8], [.float32])),
    rule("QUANTIZE", .convert([.float32], [.int8, .int16]), [.oneScale]),
    rule("QUANTIZE", .convert([.int16], [.int8, .int16, .int32])),
    rule("QUANTIZE", .convert([.int32], [.int8, .int16])),
    rule("QUANTIZE", .convert([.int8], [.int8, .uint8, .int16, .int32])),
    rule("QUANTIZE", .convert([.uint8], [.int8])),
    rule("SHAPE", .convert(TensorType.plain, [.int32])),
    rule("VAR_HANDLE CALL_ONCE IF WHILE", .any),
    rule("READ_VARIABLE", .any),
    rule(
      "ASSIGN_VARIABLE", .any,
      [.input(1, .value, in: [.float32, .int8, .int16, .int32, .int64, .bool])]),
  ]
}

extension TensorType {
  fileprivate static let plain: [TensorType] = [
    .bool, .float32, .int8, .uint8, .int16, .int32, .int64,
  ]
}

extension Condition {
  /// Results have the sizes of the file.
  fileprivate static let tflmDynamic = Condition { view in
    view.outputs.contains { $0.isDynamic && $0.shape.isEmpty } ? .dynamicShape : nil
  }

  fileprivate static let int4PerTensor = Condition { view in
    view.weights.contains { $0.type == .int4 && $0.isPerChannel } ? .perChannel(.filter) : nil
  }

  fileprivate static func sameTypes(_ a: Int, _ b: Int) -> Condition {
    Condition { view in
      guard let first = view.input(a), let second = view.input(b) else { return nil }
      return first.type == second.type ? nil : .hybridWeights
    }
  }

  /// Pooling does not rescale. 1e-6 stands in pooling_common.cc.
  fileprivate static let nearScales = Condition { view in
    guard let input = view.input(0), let output = view.output, !input.isAssumed,
      let a = input.scales.first, let b = output.scales.first
    else { return nil }
    return abs(a - b) <= 1e-6 ? nil : .scalesDiffer
  }

  /// The number of units is the filters' divided by the rank.
  fileprivate static let svdfWidth = Condition { view in
    guard let rows = view.input(1)?.shape.first, let rank = view.options?[SVDF.rank], rank > 0,
      let width = view.output?.shape.last
    else { return nil }
    return rows / Int(rank) == width ? nil : .variant
  }

  fileprivate static let plainLSTM = Condition { view in
    // Positions: lstm_shared.h. Input gate, then peephole, projection, layer normalization.
    if view.input(1) == nil { return .missing(.weights) }
    return [9, 10, 11, 16, 17, 20, 21, 22, 23].contains { view.input($0) != nil } ? .variant : nil
  }
}

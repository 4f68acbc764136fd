import OpSet
import TFLite

extension Target {
  /// Qualcomm's DSP through the former delegate of TensorFlow Lite.
  static let hexagon = Target(
    name: "hexagon", title: "Hexagon delegate", partitions: .any, needsIntegers: true, forms: .int8,
    book: RuleBook(
      Hexagon.rules,
      general: [
        (.staticShapes, ""), (.notEmpty, ""), (.rank(atMost: 4), ""), (.narrowHasScales, ""),
        (.oneScale, ""),
      ]))
}

/// IsNodeSupportedByHexagon and the delegate's README.
private enum Hexagon {
  static let source = Evidence(.read, "TensorFlow Lite, hexagon/utils.cc and README.md")
  static let integers: TypeRule = .data([.int8, .uint8])
  static let plain = Condition.activation("NONE")

  static func rule(_ names: String, _ conditions: [Condition] = []) -> Rule {
    Rule(names, integers, conditions, by: source)
  }

  static let rules: [Rule] = [
    rule(
      """
      CONCATENATION DEPTH_TO_SPACE HARD_SWISH LOGISTIC MAXIMUM MINIMUM MIRROR_PAD NEG PACK RELU
      RELU6 RESHAPE RESIZE_NEAREST_NEIGHBOR RSQRT SLICE SOFTMAX SPACE_TO_DEPTH
      SQUARED_DIFFERENCE STRIDED_SLICE TANH TRANSPOSE FULLY_CONNECTED
      """),
    rule("ADD SUB MUL", [.activation("NONE RELU RELU6 RELU_N1_TO_1")]),
    Rule("ARG_MAX ARG_MIN", .first([.int8, .uint8]), by: source),
    rule("AVERAGE_POOL_2D MAX_POOL_2D L2_NORMALIZATION", [plain]),
    rule("CONV_2D", [.constantWeights, .stride(atMost: 3)]),
    rule(
      "DEPTHWISE_CONV_2D",
      [
        .constantWeights, .filterHeight(atLeast: 2), .depthMultiplierOne, .stride(atMost: 3),
        .dilatedOnlyAlone,
      ]),
    rule("MEAN", [.constant(1, .axes)]),
    rule("PAD", [.constant(1, .paddings)]),
    Rule("QUANTIZE", .convert([.int8, .uint8], [.int8, .uint8]), by: source),
    rule("RESIZE_BILINEAR", [.constant(1, .sizes), .sizes(atMost: 65)]),
    Rule(
      "SPLIT", .any, [.constant(0, .axis), .input(1, .input, in: [.int8, .uint8])], by: source),
    rule("TRANSPOSE_CONV", [.stride(atMost: 3), .undilated]),
  ]
}

extension Condition {
  fileprivate static let dilatedOnlyAlone = window { window in
    window.isDilated && window.greatestStride > 1
      ? .exceeds(.stride, window.greatestStride, 1) : nil
  }

  fileprivate static func sizes(atMost most: Int) -> Condition {
    Condition { view in
      guard let size = view.input(1)?.integers?.max(), size > most else { return nil }
      return .exceeds(.elements, size, most)
    }
  }
}

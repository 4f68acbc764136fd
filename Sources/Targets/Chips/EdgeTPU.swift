import OpSet
import TFLite

extension Target {
  /// Google Coral: everything up to the first operator that it does not run.
  static let edgetpu = Target(
    name: "edgetpu", title: "Coral Edge TPU", partitions: .prefix, needsIntegers: true,
    forms: .edgetpu,
    // 8 MB on the chip, of which 6.9 to 7.7 MiB are for parameters.
    cache: 6_900_000,
    book: RuleBook(
      EdgeTPU.rules,
      general: [
        (.staticShapes, ""), (.notEmpty, ""), (.threeDimensions, "RESHAPE"), (.narrowHasScales, ""),
        (.oneScale, ""),
      ]))
}

/// The table of coral.ai, "TensorFlow models on the Edge TPU", and Axis' copy of it.
private enum EdgeTPU {
  static let table = Evidence(.documented, "coral.ai/docs/edgetpu/models-intro")
  static let memory = Evidence(.remembered, "newer compilers; not in the table that was read")
  static let integers: TypeRule = .data([.int8, .uint8])
  static let plain = Condition.activation("NONE")

  static func rule(_ names: String, _ conditions: [Condition] = []) -> Rule {
    Rule(names, integers, conditions, by: table)
  }

  static let rules: [Rule] = [
    rule(
      """
      ADD MUL SUB MAXIMUM MINIMUM LOGISTIC TANH RELU RELU6 RELU_N1_TO_1 L2_NORMALIZATION RESHAPE
      EXPAND_DIMS SLICE SPACE_TO_DEPTH
      """),
    Rule("QUANTIZE", .convert([.int8, .uint8], [.int8, .uint8]), by: table),
    rule("AVERAGE_POOL_2D MAX_POOL_2D", [plain]),
    rule("CONCATENATION", [plain, .noConstantInputs]),
    rule("CONV_2D DEPTHWISE_CONV_2D", [.constantWeights, .constantBias, .equalDilation]),
    rule(
      "FULLY_CONNECTED",
      [
        .constantWeights, .constantBias,
        .option(FullyConnected.weightsFormat, "weights_format", is: 0), .oneRow,
      ]),
    Rule("UNIDIRECTIONAL_SEQUENCE_LSTM", .first([.int8, .uint8]), by: table),
    rule("MEAN", [.constant(1, .axes), .keepsBatch, .depthMultipleOfFour]),
    rule("PACK", [.axisIsNotBatch(Pack.axis)]),
    rule("PAD", [.constant(1, .paddings), .paddings { $0.count < 8 || $0[0] == 0 && $0[1] == 0 }]),
    rule("PRELU", [.constant(1, .alpha), .alphaPerChannel]),
    rule("REDUCE_MAX REDUCE_MIN", [.constant(1, .axes), .keepsBatch]),
    rule("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", [.constant(1, .sizes)]),
    rule("SOFTMAX", [.oneRow, .elements(atMost: 16_000)]),
    Rule(
      "SPLIT", .any,
      [.constant(0, .axis), .input(1, .input, in: [.int8, .uint8]), .splitsNoBatch], by: table),
    rule("SQUEEZE", [.squeezesFront]),
    rule("STRIDED_SLICE", [.unitSteps, .noAxisMasks]),
    Rule("SUM RSQRT SQUARED_DIFFERENCE TRANSPOSE TRANSPOSE_CONV", integers, by: memory),
  ]
}

extension Condition {
  /// The table allows one constant input of zeros; whether one is zero is not looked at.
  fileprivate static let noConstantInputs = Condition { view in
    view.dataInputs.contains(where: \.isConstant) ? .constantOperand : nil
  }

  /// All dimensions but the last are 1.
  fileprivate static let oneRow = Condition { view in
    guard let shape = view.output?.shape, shape.dropLast().contains(where: { $0 != 1 }) else {
      return nil
    }
    return .exceeds(.batch, shape.dropLast().reduce(1, *), 1)
  }

  fileprivate static func elements(atMost most: Int) -> Condition {
    Condition { view in
      guard let count = view.output?.count, count > most else { return nil }
      return .exceeds(.elements, count, most)
    }
  }

  fileprivate static let depthMultipleOfFour = Condition { view in
    guard let axes = axes(of: view), let shape = view.input(0)?.shape, let depth = shape.last,
      axes.contains(shape.count - 1), depth % 4 != 0
    else { return nil }
    return .axes
  }

  fileprivate static let alphaPerChannel = Condition { view in
    guard let shape = view.input(1)?.shape else { return nil }
    return shape.dropLast().allSatisfy { $0 == 1 } ? nil : .variant
  }

  fileprivate static let splitsNoBatch = Condition { view in
    guard let axis = view.input(0)?.integers?.first, let rank = view.input(1)?.shape.count else {
      return nil
    }
    return rank == 4 && (axis == 0 || axis == -rank) ? .axes : nil
  }

  /// Only leading dimensions of 1 go away.
  fileprivate static let squeezesFront = Condition { view in
    guard let input = view.input(0)?.shape, let output = view.output?.shape else { return nil }
    return Array(input.suffix(output.count)) == output ? nil : .axes
  }
}

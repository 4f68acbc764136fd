import TFLite

extension Target {
  static let ethosU55 = ethosU("ethos-u55", "Arm Ethos-U55 (Vela 5.2)", EthosU.u55)
  static let ethosU65 = ethosU("ethos-u65", "Arm Ethos-U65 (Vela 5.2)", EthosU.u55)
  static let ethosU85 = ethosU("ethos-u85", "Arm Ethos-U85 (Vela 5.2)", EthosU.u85)

  private static func ethosU(_ name: String, _ title: String, _ book: RuleBook) -> Target {
    Target(
      name: name, title: title, partitions: .any, needsIntegers: true, forms: .integers,
      followers: .computable,
      book: book)
  }
}

/// Constraints that Vela 5.2.0 states (`regor.tflite_operator_constraints`), and where it places
/// models of one operator. U55 and U65 have the same ones.
private enum EthosU {
  static let measured = Evidence(.verified, "ethos-u-vela 5.2.0: operators that stay on the CPU")

  static func rule(
    _ names: String, _ types: TypeRule = .any, _ conditions: [Condition] = []
  ) -> Rule {
    Rule(names, types, conditions, by: measured)
  }

  private static let narrow: [TensorType] = [.int8, .uint8, .int16]
  private static let wide: [TensorType] = narrow + [.int32]
  private static let all: [TensorType] = wide + [.int64, .bool]
  private static let parameters: [TensorType] = [.int32, .int64]

  /// Operators whose tensors need no scales.
  private static let unscaled = "ARG_MAX EXPAND_DIMS MIRROR_PAD PAD PADV2 QUANTIZE TRANSPOSE"
  private static let unscaledU85 =
    unscaled + " ASSIGN_VARIABLE GATHER READ_VARIABLE REDUCE_ALL REDUCE_ANY SCATTER_ND SELECT"
    + " SELECT_V2 VAR_HANDLE"

  static let u55 = RuleBook(
    products(isU85: false) + common + [
      rule("ABS MAXIMUM MINIMUM", .data(narrow)).with(.equalScales.only("MAXIMUM MINIMUM")),
      rule("ADD SUB MUL", .data(wide), [.plainWideSums]), rule("NEG", .data([.int8, .int32])),
      rule("RESHAPE SQUEEZE EXPAND_DIMS", .first(wide), [.known(1, .shape)]),
      rule("CONCATENATION PACK", .data(narrow)),
      rule("REVERSE_V2", .data([])),
      rule("SUM", .first(wide), [.constant(1, .axes)]),
      rule(
        "ARG_MAX", .first([.int8, .uint8]), [.lastAxis, .depth(atMost: 127)]),
      rule("RESIZE_BILINEAR", .data(narrow), [.resizeFactor(isBilinear: true)]),
      rule("RESIZE_NEAREST_NEIGHBOR", .data(narrow), [.resizeFactor(isBilinear: false)]),
      rule("AVERAGE_POOL_2D MAX_POOL_2D", .data(narrow), pools + [.stride(paddedAtMost: 3)]),
      rule("REDUCE_MAX REDUCE_MIN", .data(narrow), [.constant(1, .axes)]),
    ], general: general(unscaled), isFolding: true)

  static let u85 = RuleBook(
    products(isU85: true) + common + [
      rule("ABS MAXIMUM MINIMUM", .data(wide)).with(.equalScales.only("MAXIMUM MINIMUM")),
      rule("ADD SUB MUL DIV", .data(wide)), rule("NEG", .data([.int8, .int32])),
      rule("RESHAPE SQUEEZE EXPAND_DIMS", .first(all), [.known(1, .shape)]),
      rule("CONCATENATION PACK REVERSE_V2 TILE", .data(all)),
      rule("SLICE", .data(all), [.constant(1, .bounds), .constant(2, .sizes)]),
      rule("VAR_HANDLE"), rule("READ_VARIABLE", .convert([.resource], narrow)),
      rule("ASSIGN_VARIABLE", .any, [.input(1, .value, in: narrow)]),
      rule("QUANTIZE", .convert(narrow, [.int32])),
      rule("SUM", .first(wide), [.constant(1, .axes)]),
      rule("ARG_MAX", .first([.int8, .uint8])),
      rule("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", .data(narrow)),
      rule("AVERAGE_POOL_2D MAX_POOL_2D", .data(narrow), pools),
      rule("REDUCE_MAX REDUCE_MIN", .data(wide), [.constant(1, .axes)]),
      rule("EQUAL NOT_EQUAL LESS LESS_EQUAL GREATER GREATER_EQUAL", .inputs(wide)),
      rule("LOGICAL_AND LOGICAL_OR LOGICAL_NOT REDUCE_ALL REDUCE_ANY", .first([.bool])),
      rule("CAST", .convert(wide + [.bool], [.int32])),
      rule("CAST", .convert(wide, [.bool])),
      rule("GATHER", .first(wide), [.gatherAxis]),
      rule(
        "SCATTER_ND", .any,
        [.input(1, .value, in: wide), .constant(0, .indices), .constant(2, .shape)]),
      rule("SELECT SELECT_V2", .any, [.input(1, .value, in: wide)]),
    ], general: general(unscaledU85), isFolding: true)

  private static func general(_ unscaled: String) -> [(condition: Condition, except: String)] {
    [
      (.noScalars, "VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE"), (.notEmpty, ""),
      (.narrowHasScales, unscaled),
      (.positiveScales, unscaled), (.noIntermediates, ""),
      (.oneScale, ""),
    ]
  }

  private static let pools: [Condition] = [
    .averagePool(padded: 8, areaAtMost: 256 * 256, heightAtMost: 256).only("AVERAGE_POOL_2D"),
    .filter(areaAtMost: 256 * 256, heightAtMost: 256).only("MAX_POOL_2D"),
  ]

  private static func products(isU85: Bool) -> [Rule] {
    let weights: [Condition] = [
      .weights([.int8, .uint8]), .constantBias, .bias(in: parameters),
    ]
    return [
      rule(
        "CONV_2D", .data(narrow),
        weights + [.constantWeights] + (isU85 ? [] : [.stride(paddedAtMost: 3)])),
      rule(
        "DEPTHWISE_CONV_2D", .data(narrow),
        weights + [.constantWeights] + (isU85 ? [] : [.stride(atMost: 3)])),
      rule("FULLY_CONNECTED", .data(narrow), weights),
      rule(
        "TRANSPOSE_CONV", .data(narrow),
        weights + [.constantWeights, .transposedShape] + (isU85 ? [] : [.transposedStride])),
      rule("BATCH_MATMUL", .data(isU85 ? [.int8, .int16] : [.int8])),
      rule(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", .first([.int8, .int16]), [.plainSequence]),
    ]
  }

  private static let common: [Rule] = [
    rule("ELU", .data([.int8])), rule("GELU", .data([.int8, .uint8])),
    rule("LOG RSQRT EXP", .data([.int8, .int16])),
    rule("HARD_SWISH", .data([.int8, .uint8])),
    rule("LEAKY_RELU LOGISTIC TANH RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1", .data(narrow)),
    rule("PRELU", .data(narrow)), rule("SQUARED_DIFFERENCE", .data(narrow)),
    rule("SOFTMAX", .first(narrow), [.areaBelow(65536)]),
    rule("QUANTIZE", .convert(narrow, narrow)),
    rule(
      "MEAN", .data(narrow), [.known(1, .axes), .oneBatch, .reduced(below: 4096), .depthMean]),
    rule(
      "PAD PADV2 MIRROR_PAD", .first(wide),
      [
        .known(1, .paddings), .input(1, .paddings, in: parameters),
      ]
    ).with(.input(0, .input, in: narrow).only("PAD PADV2")),
    rule("SLICE", .data(narrow), [.constant(1, .bounds), .constant(2, .sizes)]),
    rule(
      "STRIDED_SLICE", .data(narrow),
      [.constant(1, .bounds), .constant(2, .bounds), .constant(3, .strides), .forwardSteps]),
    rule("SPLIT", .any, [.input(1, .input, in: narrow)]), rule("SPLIT_V UNPACK", .first(narrow)),
    rule("TILE", .data(narrow)),
    rule("TRANSPOSE", .first(wide), [.constant(1, .permutation)]),
  ]
}

extension Rule {
  fileprivate func with(_ condition: Condition) -> Rule {
    Rule(
      kinds.map(\.description).joined(separator: " "), types, conditions + [condition], by: evidence
    )
  }
}

extension Condition {
  fileprivate func only(_ names: String) -> Condition {
    let kinds = Set(names.split(separator: " ").compactMap { BuiltinOperator(named: String($0)) })
    return Condition { view in kinds.contains(view.kind) ? obstacle(view) : nil }
  }

  fileprivate static let noScalars = Condition { view in
    let isScalar = (view.dataInputs.filter { !$0.isConstant } + view.outputs).contains {
      $0.shape.isEmpty
    }
    return isScalar ? .scalar : nil
  }

  /// Sums of int32 have no activation.
  fileprivate static let plainWideSums = Condition { view in
    view.output?.type == .int32 ? Condition.activation("NONE").obstacle(view) : nil
  }

  fileprivate static let lastAxis = Condition { view in
    guard let axes = axes(of: view), let rank = view.input(0)?.shape.count else { return nil }
    return axes == [rank - 1] ? nil : .axes
  }

  fileprivate static func depth(atMost most: Int) -> Condition {
    Condition { view in
      guard let depth = view.input(0)?.shape.last, depth > most else { return nil }
      return .exceeds(.depth, depth, most)
    }
  }

  fileprivate static let gatherAxis = Condition { view in
    let axis = view.options?[Gather.axis] ?? 0
    return axis == (view.options?[Gather.batchDims] ?? 0) ? nil : .option("axis")
  }

  fileprivate static func areaBelow(_ limit: Int) -> Condition {
    Condition { view in
      let area = (view.input(0)?.shape ?? []).dropLast().suffix(2).reduce(1, *)
      return area < limit ? nil : .exceeds(.elements, area, limit - 1)
    }
  }

  // MARK: Reductions

  fileprivate static let oneBatch = Condition { view in
    guard let shape = view.input(0)?.shape, shape.count == 4 else { return nil }
    let batch = shape[0]
    return batch == 1 ? nil : .exceeds(.batch, batch, 1)
  }

  fileprivate static func reduced(below limit: Int) -> Condition {
    Condition { view in
      guard let axes = axes(of: view), let shape = view.input(0)?.shape else { return nil }
      let longest = axes.filter(shape.indices.contains).map { shape[$0] }.max() ?? 0
      return longest < limit ? nil : .exceeds(.reduced, longest, limit - 1)
    }
  }

  /// Channels are averaged only where height, width or depth is 1.
  fileprivate static let depthMean = Condition { view in
    guard let axes = axes(of: view), let shape = view.input(0)?.shape,
      axes.contains(shape.count - 1)
    else { return nil }
    let image = [Int](repeating: 1, count: max(0, 3 - shape.count)) + shape.suffix(3)
    return image.contains(1) ? nil : .axes
  }

  // MARK: Others

  fileprivate static func resizeFactor(isBilinear: Bool) -> Condition {
    Condition { view in
      guard let input = view.input(0)?.shape, let output = view.output?.shape, input.count == 4,
        output.count == 4, input != output || isBilinear, input[1] != 1 || input[2] != 1
      else { return nil }
      let options = view.options
      let isAligned =
        options?[ResizeBilinear.alignCorners] ?? options?[ResizeNearestNeighbor.alignCorners]
        ?? false
      let isCentred =
        options?[ResizeBilinear.halfPixelCenters]
        ?? options?[ResizeNearestNeighbor.halfPixelCenters] ?? false
      if input == output, !isCentred { return nil }
      let less = isAligned ? 1 : 0
      func factor(_ axis: Int) -> Double {
        input[axis] == less ? 1 : Double(output[axis] - less) / Double(input[axis] - less)
      }
      let height = factor(1)
      let width = factor(2)
      if height != width {
        guard output[1] == 1 && height == 1 || output[2] == 1 && width == 1 else {
          return .resizeFactor
        }
      }
      let allowed: [Double] = isCentred && isBilinear ? [2] : [2, 4, 8]
      return allowed.contains(max(height, width)) ? nil : .resizeFactor
    }
  }

  /// Without CIFG, peephole, projection and layer normalization.
  fileprivate static let plainSequence = Condition { view in
    if view.input(1) == nil { return .missing(.weights) }
    return [9, 10, 11, 16, 17, 20, 21, 22, 23].contains { view.input($0) != nil } ? .variant : nil
  }
}

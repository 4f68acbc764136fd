import TFLite

/// The version of FULLY_CONNECTED that takes sparse weights.
private let sparseVersion: Int32 = 8

extension OpSpec {
  private static let fullyConnectedProduct = ProductGeometry(
    .outputFirst(rank: 2), rows: .init(data: 0, .runsOfWeight))

  static let fullyConnected = OpSpec(
    "FULLY_CONNECTED", [.activation, .weight(channelAxis: 0), .bias(input: 0, weight: 1)],
    channels: .mixes, product: fullyConnectedProduct, scale: .free, modes: .integer,
    traps: [
      Trap(
        .integer,
        "with one weight scale, the bias scale may miss the product's by 2 % of the output scale"
      )
    ],
    limits: .product,
    hybrid: HybridRule(
      weights: [1], .perChannel(axis: 0), asymmetric: FullyConnected.asymmetricInputs),
    narrow: NarrowRule(
      float: [.int4, .int2], int8: [.int4, .int2], int16: [.int4, .int2],
      blocks: .init(
        types: [.int4], leastRows: 4, activation: FullyConnected.activation,
        isWrongInReference: true),
      shifted: [.int4]),
    sparse: SparseRule(
      forms: [
        .init(.float32, .float32, block: 4, breakEven: 0.85),
        .init(.float32, .float32, block: 1, breakEven: 0.95),
        .init(.int8, .int8, block: 16),
        // The kernel keeps the numbers of a row's blocks in bytes.
        .init(.float32, .int8, block: 16, mostColumns: 255 * 16),
      ], version: sparseVersion),
    time: .product,
    biasTypeKey: FullyConnected.quantizedBiasType,
    versions: [
      // The converter has this row below 11, where XNNPACK would read the weights as dense.
      .version(sparseVersion, if: .isSparse(input: 1)),
      .version(14, if: .input(1, .int2)),
      .version(13, if: .types(.int16, .int4, .int16)),
      .version(12, if: .hybrid, .hasScalePerIndex(ofInput: 1, axis: 0)),
      .version(11, if: .types(.int16, .int8, .int16), .isSet(FullyConnected.quantizedBiasType)),
      .version(7, if: .types(.int16, .int16, .int16)),
      .version(6, if: .inputCount(2)),
      .version(5, if: .isSet(FullyConnected.keepNumDims)),
      .version(4, if: .types(.int8, .int8, .int8)),
      .version(10, if: .types(.int8, .int4, .int8)),
      .version(9, if: .hybrid, .isSet(FullyConnected.asymmetricInputs)),
      .version(3, if: .hybrid),
      .version(2, if: .option(FullyConnected.weightsFormat, is: 1)),
      .otherwise(1),
    ],
    runtimes: """
      1:1.5.0 2:1.10.0 3:1.14.0 4:1.14.0 5:2.0.0 6:2.1.0 7:2.3.0 8:2.3.0 9:2.3.0 10:2.11.0
      11:2.15.0 12:2.17.0 13:2.18.0 14:2.21.0
      """,
    kernels: [
      .int16x8(activation: 0),
      .since(2, 16, if: .input(0, .float32), .input(1, .int4)),
      .since(2, 19, if: .input(0, .int8), .input(1, .int4), .hasScalePerRow(ofInput: 1)),
      // In between, XNNPACK refused the model.
      .since(2, 20, if: .input(0, .float32), .input(1, .int4), .hasOneScale(ofInput: 1)),
      .since(2, 22, if: .input(1, .int2)),
      .since(2, 22, if: .isByBlock(input: 1)),
    ], kernel: .fullyConnected,
    gradient: .product(fullyConnectedProduct, bias: 2, activation: FullyConnected.activation))

  /// A constant right operand is an activation in the integer modes: asymmetric, one scale.
  static let batchMatMul = OpSpec(
    "BATCH_MATMUL", .activations,
    product: ProductGeometry(
      .lastAxes(isTransposed: BatchMatMul.adjointY),
      rows: .init(data: 0, .lastAxis(unless: BatchMatMul.adjointX), areSummed: false)),
    scale: .free, modes: .integer,
    hybrid: HybridRule(weights: [1], .perTensor, asymmetric: BatchMatMul.asymmetricInputs),
    time: .product,
    versions: [
      .version(3, if: .input(0, .int16)),
      .version(2, if: .input(0, .int8)),
      .version(4, if: .hybrid, .isSet(BatchMatMul.asymmetricInputs)),
      .otherwise(1),
    ],
    runtimes: "1:2.3.0 2:2.3.0 3:2.4.0 4:2.5.0", kernel: .batchMatMul,
    gradient: .batchMatMul)
}

import TFLite

extension OpSpec {
  private static let conv2DProduct = ProductGeometry(
    .outputFirst(rank: 4),
    rows: .init(
      data: 0,
      .window(
        .init(
          strideY: Conv2D.strideH, strideX: Conv2D.strideW, dilationY: Conv2D.dilationH,
          dilationX: Conv2D.dilationW, padding: Conv2D.padding))))

  static let conv2D = OpSpec(
    "CONV_2D", [.activation, .weight(channelAxis: 0), .bias(input: 0, weight: 1)],
    channels: .mixes, product: conv2DProduct, traits: .requiresBias,
    scale: .free, modes: .integer,
    traps: [
      Trap(.integer, "the bias must exist"),
      Trap(.dynamic, "sparse int8 filters behind DENSIFY make XNNPACK refuse the model"),
    ],
    limits: .product,
    hybrid: HybridRule(weights: [1], .perChannel(axis: 0), sumsRows: true),
    narrow: NarrowRule(float: [.int4], int8: [.int4], int16: [.int4], isUnpacked: true),
    sparse: .densified,
    time: .product,
    biasTypeKey: Conv2D.quantizedBiasType,
    versions: [
      .version(8, if: .types(.int16, .int8, .int16), .isSet(Conv2D.quantizedBiasType)),
      .version(6, if: .isGrouped),
      // The converter asks for output 1, which a convolution does not have.
      .version(4, if: .input(0, .int16), .input(1, .int16), .output(1, .int16)),
      .version(3, if: .types(.int8, .int8, .int8)),
      .version(7, if: .types(.int8, .int4, .int8)),
      .version(5, if: .hybrid, .hasScalePerIndex(ofInput: 1, axis: 0)),
      .version(2, if: .hybrid),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.14.0 3:1.14.0 4:2.3.0 5:2.4.0 6:2.9.0 7:2.11.0 8:2.15.0",
    kernels: [
      .int16x8(activation: 0), .since(2, 19, if: .input(0, .float32, .int16), .input(1, .int4)),
    ], kernel: .conv2D,
    gradient: .product(conv2DProduct, bias: 2, activation: Conv2D.activation))

  private static let depthwiseProduct = ProductGeometry(
    .depthwise(rank: 4),
    rows: .init(
      data: 0,
      .window(
        .init(
          strideY: DepthwiseConv2D.strideH, strideX: DepthwiseConv2D.strideW,
          dilationY: DepthwiseConv2D.dilationH, dilationX: DepthwiseConv2D.dilationW,
          padding: DepthwiseConv2D.padding))))

  static let depthwiseConv2D = OpSpec(
    "DEPTHWISE_CONV_2D", [.activation, .weight(channelAxis: 3), .bias(input: 0, weight: 1)],
    channels: .keeps, product: depthwiseProduct, traits: .requiresBias,
    scale: .free, modes: .integer, limits: .product,
    hybrid: HybridRule(
      weights: [1], .perChannel(axis: 3), requiresScalePerChannel: true,
      slow: .depthwise(mostTaps: 25)),
    narrow: NarrowRule(int8: [.int4], isUnpacked: true), sparse: .densified,
    time: .depthwise,
    versions: [
      // The converter asks for output 1, which a convolution does not have.
      .version(5, if: .input(0, .int16), .input(1, .int16), .output(1, .int16)),
      .version(6, if: .hybrid, .hasScalePerIndex(ofInput: 1, axis: 3)),
      .version(4, if: .hybrid),
      .version(3, if: .types(.int8, .int8, .int8)),
      .version(7, if: .types(.int8, .int4, .int8)),
      .version(2, if: .option(DepthwiseConv2D.dilationW, isNot: 1)),
      .version(2, if: .option(DepthwiseConv2D.dilationH, isNot: 1)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:1.12.0 3:1.14.0 4:2.2.0 5:2.3.0 6:2.3.0 7:2.11.0",
    kernels: [.int16x8(activation: 0), .since(2, 11, if: .input(1, .int4))],
    reference: .upTo(6), kernel: .depthwiseConv2D,
    gradient: .depthwise)

  private static let transposeConvProduct = ProductGeometry(
    .outputFirst(rank: 4),
    rows: .init(
      data: 2,
      .transposed(strideY: TransposeConv.strideH, strideX: TransposeConv.strideW)))

  static let transposeConv = OpSpec(
    "TRANSPOSE_CONV",
    [.index, .weight(channelAxis: 0), .activation, .bias(input: 2, weight: 1)],
    channels: .mixes, product: transposeConvProduct, multiplications: .byInput(2),
    scale: .free, modes: .integer, limits: .product,
    hybrid: HybridRule(
      weights: [1], .perChannel(axis: 0),
      slow: .outsideXNNPACK(shape: 0, bias: 3, activation: TransposeConv.activation)),
    sparse: .densified,
    time: .product,
    biasTypeKey: TransposeConv.quantizedBiasType,
    versions: [
      // Input 0 is the int32 output shape, so this row never applies; the converter has it.
      .version(5, if: .types(.int16, .int8, .int16), .isSet(TransposeConv.quantizedBiasType)),
      .version(4, if: .option(TransposeConv.activation, isNot: 0)),
      .version(3, if: .inputCount(4), .hasInput(3)),
      .version(2, if: .input(1, .int8)),
      .otherwise(1),
    ],
    runtimes: "1:1.9.0 2:2.2.0 3:2.3.0 4:2.13.0 5:2.15.0",
    kernels: [
      .int16x8(activation: 2),
      // TensorFlow 2.16.2 refuses int8 weights under floats, 2.17.1 runs them.
      .since(2, 17, if: .input(1, .int8), .input(2, .float32)),
    ], kernel: .transposeConv,
    gradient: .product(transposeConvProduct, bias: 3, activation: TransposeConv.activation))

  static let conv3D = OpSpec(
    "CONV_3D", [.activation, .weight(channelAxis: 4), .bias(input: 0, weight: 1)],
    product: ProductGeometry(.outputLast(rank: 5)), runtimes: "1:2.5.0", kernel: .conv3D,
    gradient: .conv3D)

  static let conv3DTranspose = OpSpec(
    "CONV_3D_TRANSPOSE",
    [.index, .weight(channelAxis: 3), .activation, .bias(input: 2, weight: 1)],
    runtimes: "1:2.6.0", kernel: .conv3DTranspose,
    gradient: .conv3DTranspose)
}

import TFLite

/// What becomes of the channels (the last axis) of an operator's data.
public enum ChannelFlow: Sendable {
  /// Each result channel follows from all channels: products with a filter for each result channel.
  case mixes
  /// Each result channel follows from one channel, in the same order.
  case keeps
  /// Several operands must have the same channels, or each stands at its place in the result.
  case joins
  /// Anything else: no channel can be left out.
  case needsAll
}

extension OpSpec {
  public var channelFlow: ChannelFlow { Self.channelFlows[kind] ?? .needsAll }

  private static let channelFlows: [BuiltinOperator: ChannelFlow] = {
    let mixing: [OpSpec] = [.conv2D, .fullyConnected, .transposeConv]
    let joining: [OpSpec] = [
      .add, .sub, .mul, .div, .squaredDifference, .maximum, .minimum, .addN, .pow, .concatenation,
    ]
    let keeping: [OpSpec] = [
      .depthwiseConv2D,
      .relu, .relu6, .reluN1To1, .relu0To1, .leakyRelu, .prelu, .hardSwish, .elu, .gelu, .logistic,
      .tanh, .abs, .exp, .log, .sqrt, .rsqrt, .square, .neg, .sign, .sin, .cos, .floor, .ceil,
      .round,
      .averagePool2D, .maxPool2D, .l2Pool2D, .mean, .sum, .reduceMax, .reduceMin, .reduceProd,
      .reshape, .squeeze, .expandDims, .spaceToBatchND, .batchToSpaceND,
      .pad, .padV2, .mirrorPad, .resizeBilinear, .resizeNearestNeighbor,
      .quantize, .dequantize, .cast, .fakeQuant,
    ]
    var flows: [BuiltinOperator: ChannelFlow] = [:]
    for spec in mixing { flows[spec.kind] = .mixes }
    for spec in joining { flows[spec.kind] = .joins }
    for spec in keeping { flows[spec.kind] = .keeps }
    return flows
  }()
}

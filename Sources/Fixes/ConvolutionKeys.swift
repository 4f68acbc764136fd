import Optimizer
import TFLite

/// The options that CONV_2D and DEPTHWISE_CONV_2D have in common, under their own names.
struct ConvolutionKeys {
  let padding: OptionKey<Int8>
  /// Along height and width, as `dilations`.
  let strides: [OptionKey<Int32>]
  let dilations: [OptionKey<Int32>]

  /// The value of `padding` for SAME.
  static let same: Int8 = 0
  /// The value of `padding` for VALID.
  static let valid: Int8 = 1

  static let conv2D = ConvolutionKeys(
    padding: Conv2D.padding, strides: [Conv2D.strideH, Conv2D.strideW],
    dilations: [Conv2D.dilationH, Conv2D.dilationW])

  /// By operator; others are no such convolutions.
  static let all: [BuiltinOperator: ConvolutionKeys] = [
    .conv2D: conv2D,
    .depthwiseConv2D: ConvolutionKeys(
      padding: DepthwiseConv2D.padding,
      strides: [DepthwiseConv2D.strideH, DepthwiseConv2D.strideW],
      dilations: [DepthwiseConv2D.dilationH, DepthwiseConv2D.dilationW]),
  ]
}

extension Operator {
  /// Gives a convolution steps of 1 and no padding.
  mutating func takeEveryWindow(_ keys: ConvolutionKeys) {
    builtinOptions?[keys.padding] = ConvolutionKeys.valid
    for stride in keys.strides { builtinOptions?[stride] = 1 }
  }
}

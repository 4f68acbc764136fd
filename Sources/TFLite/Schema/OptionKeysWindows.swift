/// Options of convolutions and pooling.

extension Conv2D {
  package static let padding = OptionKey<Int8>("Conv2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("Conv2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("Conv2DOptions", "stride_h")
  package static let activation = OptionKey<Int8>("Conv2DOptions", "fused_activation_function")
  package static let dilationW = OptionKey<Int32>("Conv2DOptions", "dilation_w_factor")
  package static let dilationH = OptionKey<Int32>("Conv2DOptions", "dilation_h_factor")
}

extension DepthwiseConv2D {
  package static let padding = OptionKey<Int8>("DepthwiseConv2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_h")
  package static let activation = OptionKey<Int8>(
    "DepthwiseConv2DOptions", "fused_activation_function")
}

extension TransposeConv {
  package static let padding = OptionKey<Int8>("TransposeConvOptions", "padding")
  package static let strideW = OptionKey<Int32>("TransposeConvOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("TransposeConvOptions", "stride_h")
}

extension FullyConnected {
  package static let activation = OptionKey<Int8>(
    "FullyConnectedOptions", "fused_activation_function")
}

package enum Pool2D {
  package static let padding = OptionKey<Int8>("Pool2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("Pool2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("Pool2DOptions", "stride_h")
  package static let filterW = OptionKey<Int32>("Pool2DOptions", "filter_width")
  package static let filterH = OptionKey<Int32>("Pool2DOptions", "filter_height")
  package static let activation = OptionKey<Int8>("Pool2DOptions", "fused_activation_function")
}

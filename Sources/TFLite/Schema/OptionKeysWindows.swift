/// Options of convolutions and pooling.

package enum Conv2D {
  package static let padding = OptionKey<Int8>("Conv2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("Conv2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("Conv2DOptions", "stride_h")
  package static let activation = OptionKey<Int8>("Conv2DOptions", "fused_activation_function")
  package static let dilationW = OptionKey<Int32>("Conv2DOptions", "dilation_w_factor")
  package static let dilationH = OptionKey<Int32>("Conv2DOptions", "dilation_h_factor")
  package static let quantizedBiasType = OptionKey<TensorType>(
    "Conv2DOptions", "quantized_bias_type")
}

package enum DepthwiseConv2D {
  package static let padding = OptionKey<Int8>("DepthwiseConv2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_h")
  package static let activation = OptionKey<Int8>(
    "DepthwiseConv2DOptions", "fused_activation_function")
  package static let dilationW = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_w_factor")
  package static let dilationH = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_h_factor")
}

package enum TransposeConv {
  package static let padding = OptionKey<Int8>("TransposeConvOptions", "padding")
  package static let strideW = OptionKey<Int32>("TransposeConvOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("TransposeConvOptions", "stride_h")
  package static let activation = OptionKey<Int8>(
    "TransposeConvOptions", "fused_activation_function")
  package static let quantizedBiasType = OptionKey<TensorType>(
    "TransposeConvOptions", "quantized_bias_type")
}

package enum FullyConnected {
  package static let activation = OptionKey<Int8>(
    "FullyConnectedOptions", "fused_activation_function")
  package static let weightsFormat = OptionKey<Int8>("FullyConnectedOptions", "weights_format")
  package static let keepNumDims = OptionKey<Bool>("FullyConnectedOptions", "keep_num_dims")
  package static let asymmetricInputs = OptionKey<Bool>(
    "FullyConnectedOptions", "asymmetric_quantize_inputs")
  package static let quantizedBiasType = OptionKey<TensorType>(
    "FullyConnectedOptions", "quantized_bias_type")
}

package enum Pool2D {
  package static let padding = OptionKey<Int8>("Pool2DOptions", "padding")
  package static let strideW = OptionKey<Int32>("Pool2DOptions", "stride_w")
  package static let strideH = OptionKey<Int32>("Pool2DOptions", "stride_h")
  package static let filterW = OptionKey<Int32>("Pool2DOptions", "filter_width")
  package static let filterH = OptionKey<Int32>("Pool2DOptions", "filter_height")
  package static let activation = OptionKey<Int8>("Pool2DOptions", "fused_activation_function")
}

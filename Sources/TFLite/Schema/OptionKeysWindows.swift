/// Options of convolutions and pooling.

extension Conv2D {
  public static let padding = OptionKey<Int8>("Conv2DOptions", "padding")
  public static let strideW = OptionKey<Int32>("Conv2DOptions", "stride_w")
  public static let strideH = OptionKey<Int32>("Conv2DOptions", "stride_h")
  public static let activation = OptionKey<Int8>("Conv2DOptions", "fused_activation_function")
  public static let dilationW = OptionKey<Int32>("Conv2DOptions", "dilation_w_factor")
  public static let dilationH = OptionKey<Int32>("Conv2DOptions", "dilation_h_factor")
}

extension DepthwiseConv2D {
  public static let padding = OptionKey<Int8>("DepthwiseConv2DOptions", "padding")
  public static let strideW = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_w")
  public static let strideH = OptionKey<Int32>("DepthwiseConv2DOptions", "stride_h")
  public static let activation = OptionKey<Int8>(
    "DepthwiseConv2DOptions", "fused_activation_function")
}

extension TransposeConv {
  public static let padding = OptionKey<Int8>("TransposeConvOptions", "padding")
  public static let strideW = OptionKey<Int32>("TransposeConvOptions", "stride_w")
  public static let strideH = OptionKey<Int32>("TransposeConvOptions", "stride_h")
}

extension FullyConnected {
  public static let activation = OptionKey<Int8>(
    "FullyConnectedOptions", "fused_activation_function")
}

public enum Pool2D {
  public static let padding = OptionKey<Int8>("Pool2DOptions", "padding")
  public static let strideW = OptionKey<Int32>("Pool2DOptions", "stride_w")
  public static let strideH = OptionKey<Int32>("Pool2DOptions", "stride_h")
  public static let filterW = OptionKey<Int32>("Pool2DOptions", "filter_width")
  public static let filterH = OptionKey<Int32>("Pool2DOptions", "filter_height")
  public static let activation = OptionKey<Int8>("Pool2DOptions", "fused_activation_function")
}

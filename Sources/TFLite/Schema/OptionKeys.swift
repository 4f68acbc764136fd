/// The option fields that the optimizer reads or writes, as `Table.field`.

public enum Conv2D {
  public static let quantizedBiasType = OptionKey<TensorType>(
    "Conv2DOptions", "quantized_bias_type")
}

public enum DepthwiseConv2D {
  public static let dilationW = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_w_factor")
  public static let dilationH = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_h_factor")
}

public enum TransposeConv {
  public static let activation = OptionKey<Int8>(
    "TransposeConvOptions", "fused_activation_function")
  public static let quantizedBiasType = OptionKey<TensorType>(
    "TransposeConvOptions", "quantized_bias_type")
}

public enum FullyConnected {
  public static let weightsFormat = OptionKey<Int8>("FullyConnectedOptions", "weights_format")
  public static let keepNumDims = OptionKey<Bool>("FullyConnectedOptions", "keep_num_dims")
  public static let asymmetricInputs = OptionKey<Bool>(
    "FullyConnectedOptions", "asymmetric_quantize_inputs")
  public static let quantizedBiasType = OptionKey<TensorType>(
    "FullyConnectedOptions", "quantized_bias_type")
}

public enum BatchMatMul {
  public static let adjointX = OptionKey<Bool>("BatchMatMulOptions", "adj_x")
  public static let adjointY = OptionKey<Bool>("BatchMatMulOptions", "adj_y")
  public static let asymmetricInputs = OptionKey<Bool>(
    "BatchMatMulOptions", "asymmetric_quantize_inputs")
}

public enum SVDF {
  public static let asymmetricInputs = OptionKey<Bool>("SVDFOptions", "asymmetric_quantize_inputs")
}

public enum RNN {
  public static let asymmetricInputs = OptionKey<Bool>("RNNOptions", "asymmetric_quantize_inputs")
}

public enum SequenceRNN {
  public static let asymmetricInputs = OptionKey<Bool>(
    "SequenceRNNOptions", "asymmetric_quantize_inputs")
}

public enum BidirectionalSequenceRNN {
  public static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceRNNOptions", "asymmetric_quantize_inputs")
}

public enum LSTM {
  public static let kernelType = OptionKey<Int8>("LSTMOptions", "kernel_type")
  public static let asymmetricInputs = OptionKey<Bool>("LSTMOptions", "asymmetric_quantize_inputs")
}

public enum UnidirectionalSequenceLSTM {
  public static let asymmetricInputs = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
  public static let diagonalRecurrentTensors = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "diagonal_recurrent_tensors")
}

public enum BidirectionalSequenceLSTM {
  public static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
}

public enum AddOptions {
  public static let potScaleInt16 = OptionKey<Bool>("AddOptions", "pot_scale_int16")
}

public enum SubOptions {
  public static let potScaleInt16 = OptionKey<Bool>("SubOptions", "pot_scale_int16")
}

public enum Gather {
  public static let axis = OptionKey<Int32>("GatherOptions", "axis")
  public static let batchDims = OptionKey<Int32>("GatherOptions", "batch_dims")
}

public enum ResizeBilinear {
  public static let halfPixelCenters = OptionKey<Bool>(
    "ResizeBilinearOptions", "half_pixel_centers")
}

public enum ResizeNearestNeighbor {
  public static let alignCorners = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "align_corners")
  public static let halfPixelCenters = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "half_pixel_centers")
}

public enum StridedSlice {
  public static let ellipsisMask = OptionKey<Int32>("StridedSliceOptions", "ellipsis_mask")
  public static let newAxisMask = OptionKey<Int32>("StridedSliceOptions", "new_axis_mask")
  public static let offset = OptionKey<Bool>("StridedSliceOptions", "offset")
}

public enum FakeQuant {
  public static let narrowRange = OptionKey<Bool>("FakeQuantOptions", "narrow_range")
}

public enum If {
  public static let thenSubgraph = OptionKey<Int32>("IfOptions", "then_subgraph_index")
  public static let elseSubgraph = OptionKey<Int32>("IfOptions", "else_subgraph_index")
}

public enum While {
  public static let condition = OptionKey<Int32>("WhileOptions", "cond_subgraph_index")
  public static let body = OptionKey<Int32>("WhileOptions", "body_subgraph_index")
}

public enum CallOnce {
  public static let initializer = OptionKey<Int32>("CallOnceOptions", "init_subgraph_index")
}

public enum Call {
  public static let subgraph = OptionKey<Int32>("CallOptions", "subgraph")
}

public enum StablehloComposite {
  public static let decomposition = OptionKey<Int32>(
    "StableHLOCompositeOptions", "decomposition_subgraph_index")
}

public enum StablehloWhile {
  public static let condition = OptionKey<Int32>("StablehloWhileOptions", "cond_subgraph_index")
  public static let body = OptionKey<Int32>("StablehloWhileOptions", "body_subgraph_index")
}

public enum StablehloBodies {
  public static let keys: [OptionKey<Int32>] = [
    OptionKey("StablehloReduceOptions", "body_subgraph_index"),
    OptionKey("StablehloReduceWindowOptions", "body_subgraph_index"),
    OptionKey("StablehloSortOptions", "comparator_subgraph_index"),
    OptionKey("StablehloScatterOptions", "update_computation_subgraph_index"),
  ]
}

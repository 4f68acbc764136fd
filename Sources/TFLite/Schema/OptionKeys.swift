/// The option fields that the optimizer reads or writes, as `Table.field`.

package enum Conv2D {
  package static let quantizedBiasType = OptionKey<TensorType>(
    "Conv2DOptions", "quantized_bias_type")
}

package enum DepthwiseConv2D {
  package static let dilationW = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_w_factor")
  package static let dilationH = OptionKey<Int32>("DepthwiseConv2DOptions", "dilation_h_factor")
}

package enum TransposeConv {
  package static let activation = OptionKey<Int8>(
    "TransposeConvOptions", "fused_activation_function")
  package static let quantizedBiasType = OptionKey<TensorType>(
    "TransposeConvOptions", "quantized_bias_type")
}

package enum FullyConnected {
  package static let weightsFormat = OptionKey<Int8>("FullyConnectedOptions", "weights_format")
  package static let keepNumDims = OptionKey<Bool>("FullyConnectedOptions", "keep_num_dims")
  package static let asymmetricInputs = OptionKey<Bool>(
    "FullyConnectedOptions", "asymmetric_quantize_inputs")
  package static let quantizedBiasType = OptionKey<TensorType>(
    "FullyConnectedOptions", "quantized_bias_type")
}

package enum BatchMatMul {
  package static let adjointX = OptionKey<Bool>("BatchMatMulOptions", "adj_x")
  package static let adjointY = OptionKey<Bool>("BatchMatMulOptions", "adj_y")
  package static let asymmetricInputs = OptionKey<Bool>(
    "BatchMatMulOptions", "asymmetric_quantize_inputs")
}

package enum SVDF {
  package static let asymmetricInputs = OptionKey<Bool>("SVDFOptions", "asymmetric_quantize_inputs")
}

package enum RNN {
  package static let asymmetricInputs = OptionKey<Bool>("RNNOptions", "asymmetric_quantize_inputs")
}

package enum SequenceRNN {
  package static let asymmetricInputs = OptionKey<Bool>(
    "SequenceRNNOptions", "asymmetric_quantize_inputs")
}

package enum BidirectionalSequenceRNN {
  package static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceRNNOptions", "asymmetric_quantize_inputs")
}

package enum LSTM {
  package static let kernelType = OptionKey<Int8>("LSTMOptions", "kernel_type")
  package static let asymmetricInputs = OptionKey<Bool>("LSTMOptions", "asymmetric_quantize_inputs")
}

package enum UnidirectionalSequenceLSTM {
  package static let asymmetricInputs = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
  package static let diagonalRecurrentTensors = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "diagonal_recurrent_tensors")
}

package enum BidirectionalSequenceLSTM {
  package static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
}

package enum AddOptions {
  package static let potScaleInt16 = OptionKey<Bool>("AddOptions", "pot_scale_int16")
}

package enum SubOptions {
  package static let potScaleInt16 = OptionKey<Bool>("SubOptions", "pot_scale_int16")
}

package enum Gather {
  package static let axis = OptionKey<Int32>("GatherOptions", "axis")
  package static let batchDims = OptionKey<Int32>("GatherOptions", "batch_dims")
}

package enum ResizeBilinear {
  package static let halfPixelCenters = OptionKey<Bool>(
    "ResizeBilinearOptions", "half_pixel_centers")
}

package enum ResizeNearestNeighbor {
  package static let alignCorners = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "align_corners")
  package static let halfPixelCenters = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "half_pixel_centers")
}

package enum StridedSlice {
  package static let ellipsisMask = OptionKey<Int32>("StridedSliceOptions", "ellipsis_mask")
  package static let newAxisMask = OptionKey<Int32>("StridedSliceOptions", "new_axis_mask")
  package static let offset = OptionKey<Bool>("StridedSliceOptions", "offset")
}

package enum FakeQuant {
  package static let narrowRange = OptionKey<Bool>("FakeQuantOptions", "narrow_range")
}

package enum If {
  package static let thenSubgraph = OptionKey<Int32>("IfOptions", "then_subgraph_index")
  package static let elseSubgraph = OptionKey<Int32>("IfOptions", "else_subgraph_index")
}

package enum While {
  package static let condition = OptionKey<Int32>("WhileOptions", "cond_subgraph_index")
  package static let body = OptionKey<Int32>("WhileOptions", "body_subgraph_index")
}

package enum CallOnce {
  package static let initializer = OptionKey<Int32>("CallOnceOptions", "init_subgraph_index")
}

package enum Call {
  package static let subgraph = OptionKey<Int32>("CallOptions", "subgraph")
}

package enum StablehloComposite {
  package static let decomposition = OptionKey<Int32>(
    "StableHLOCompositeOptions", "decomposition_subgraph_index")
}

package enum StablehloWhile {
  package static let condition = OptionKey<Int32>("StablehloWhileOptions", "cond_subgraph_index")
  package static let body = OptionKey<Int32>("StablehloWhileOptions", "body_subgraph_index")
}

package enum StablehloBodies {
  package static let keys: [OptionKey<Int32>] = [
    OptionKey("StablehloReduceOptions", "body_subgraph_index"),
    OptionKey("StablehloReduceWindowOptions", "body_subgraph_index"),
    OptionKey("StablehloSortOptions", "comparator_subgraph_index"),
    OptionKey("StablehloScatterOptions", "update_computation_subgraph_index"),
  ]
}

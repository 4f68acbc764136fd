// Slots and tags are positions in these lists; source: schema.fbs revision 3d of LiteRT.

extension OptionsTable {
  /// The members of the union BuiltinOptions; index is tag − 1.
  static let builtinOptions: [OptionsTable] =
    options1To40 + options41To80 + options81To126
}

private let options1To40: [OptionsTable] = [
  OptionsTable(
    "Conv2DOptions", .byte("padding"), .int("stride_w"), .int("stride_h"),
    .byte("fused_activation_function"), .int("dilation_w_factor", 1), .int("dilation_h_factor", 1),
    .byte("quantized_bias_type")),
  OptionsTable(
    "DepthwiseConv2DOptions", .byte("padding"), .int("stride_w"), .int("stride_h"),
    .int("depth_multiplier"), .byte("fused_activation_function"), .int("dilation_w_factor", 1),
    .int("dilation_h_factor", 1)),
  OptionsTable(
    "ConcatEmbeddingsOptions", .int("num_channels"), .ints("num_columns_per_channel"),
    .ints("embedding_dim_per_channel")),
  OptionsTable("LSHProjectionOptions", .byte("type")),
  OptionsTable(
    "Pool2DOptions", .byte("padding"), .int("stride_w"), .int("stride_h"), .int("filter_width"),
    .int("filter_height"), .byte("fused_activation_function")),
  OptionsTable(
    "SVDFOptions", .int("rank"), .byte("fused_activation_function"),
    .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "RNNOptions", .byte("fused_activation_function"), .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "FullyConnectedOptions", .byte("fused_activation_function"), .byte("weights_format"),
    .bool("keep_num_dims"), .bool("asymmetric_quantize_inputs"), .byte("quantized_bias_type"),
    .ubytes("quant_spec")),
  OptionsTable("SoftmaxOptions", .float("beta")),
  OptionsTable("ConcatenationOptions", .int("axis"), .byte("fused_activation_function")),
  OptionsTable("AddOptions", .byte("fused_activation_function"), .bool("pot_scale_int16", 1)),
  OptionsTable("L2NormOptions", .byte("fused_activation_function")),
  OptionsTable(
    "LocalResponseNormalizationOptions", .int("radius"), .float("bias"), .float("alpha"),
    .float("beta")),
  OptionsTable(
    "LSTMOptions", .byte("fused_activation_function"), .float("cell_clip"), .float("proj_clip"),
    .byte("kernel_type"), .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "ResizeBilinearOptions", .int("new_height"), .int("new_width"), .bool("align_corners"),
    .bool("half_pixel_centers")),
  OptionsTable("CallOptions", .uint("subgraph")),
  OptionsTable("ReshapeOptions", .ints("new_shape")),
  OptionsTable(
    "SkipGramOptions", .int("ngram_size"), .int("max_skip_size"), .bool("include_all_ngrams")),
  OptionsTable("SpaceToDepthOptions", .int("block_size")),
  OptionsTable("EmbeddingLookupSparseOptions", .byte("combiner")),
  OptionsTable("MulOptions", .byte("fused_activation_function")),
  OptionsTable("PadOptions"),
  OptionsTable("GatherOptions", .int("axis"), .int("batch_dims")),
  OptionsTable("BatchToSpaceNDOptions"),
  OptionsTable("SpaceToBatchNDOptions"),
  OptionsTable("TransposeOptions"),
  OptionsTable("ReducerOptions", .bool("keep_dims")),
  OptionsTable("SubOptions", .byte("fused_activation_function"), .bool("pot_scale_int16", 1)),
  OptionsTable("DivOptions", .byte("fused_activation_function")),
  OptionsTable("SqueezeOptions", .ints("squeeze_dims")),
  OptionsTable(
    "SequenceRNNOptions", .bool("time_major"), .byte("fused_activation_function"),
    .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "StridedSliceOptions", .int("begin_mask"), .int("end_mask"), .int("ellipsis_mask"),
    .int("new_axis_mask"), .int("shrink_axis_mask"), .bool("offset")),
  OptionsTable("ExpOptions"),
  OptionsTable("TopKV2Options"),
  OptionsTable("SplitOptions", .int("num_splits")),
  OptionsTable("LogSoftmaxOptions"),
  OptionsTable("CastOptions", .byte("in_data_type"), .byte("out_data_type")),
  OptionsTable("DequantizeOptions"),
  OptionsTable("MaximumMinimumOptions"),
  OptionsTable("ArgMaxOptions", .byte("output_type")),
]

private let options41To80: [OptionsTable] = [
  OptionsTable("LessOptions"),
  OptionsTable("NegOptions"),
  OptionsTable("PadV2Options"),
  OptionsTable("GreaterOptions"),
  OptionsTable("GreaterEqualOptions"),
  OptionsTable("LessEqualOptions"),
  OptionsTable("SelectOptions"),
  OptionsTable("SliceOptions"),
  OptionsTable(
    "TransposeConvOptions", .byte("padding"), .int("stride_w"), .int("stride_h"),
    .byte("fused_activation_function"), .byte("quantized_bias_type")),
  OptionsTable("SparseToDenseOptions", .bool("validate_indices")),
  OptionsTable("TileOptions"),
  OptionsTable("ExpandDimsOptions"),
  OptionsTable("EqualOptions"),
  OptionsTable("NotEqualOptions"),
  OptionsTable("ShapeOptions", .byte("out_type")),
  OptionsTable("PowOptions"),
  OptionsTable("ArgMinOptions", .byte("output_type")),
  OptionsTable(
    "FakeQuantOptions", .float("min"), .float("max"), .int("num_bits"), .bool("narrow_range")),
  OptionsTable("PackOptions", .int("values_count"), .int("axis")),
  OptionsTable("LogicalOrOptions"),
  OptionsTable("OneHotOptions", .int("axis")),
  OptionsTable("LogicalAndOptions"),
  OptionsTable("LogicalNotOptions"),
  OptionsTable("UnpackOptions", .int("num"), .int("axis")),
  OptionsTable("FloorDivOptions"),
  OptionsTable("SquareOptions"),
  OptionsTable("ZerosLikeOptions"),
  OptionsTable("FillOptions"),
  OptionsTable(
    "BidirectionalSequenceLSTMOptions", .byte("fused_activation_function"), .float("cell_clip"),
    .float("proj_clip"), .bool("merge_outputs"), .bool("time_major", 1),
    .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "BidirectionalSequenceRNNOptions", .bool("time_major"), .byte("fused_activation_function"),
    .bool("merge_outputs"), .bool("asymmetric_quantize_inputs")),
  OptionsTable(
    "UnidirectionalSequenceLSTMOptions", .byte("fused_activation_function"), .float("cell_clip"),
    .float("proj_clip"), .bool("time_major"), .bool("asymmetric_quantize_inputs"),
    .bool("diagonal_recurrent_tensors")),
  OptionsTable("FloorModOptions"),
  OptionsTable("RangeOptions"),
  OptionsTable("ResizeNearestNeighborOptions", .bool("align_corners"), .bool("half_pixel_centers")),
  OptionsTable("LeakyReluOptions", .float("alpha")),
  OptionsTable("SquaredDifferenceOptions"),
  OptionsTable("MirrorPadOptions", .byte("mode")),
  OptionsTable("AbsOptions"),
  OptionsTable("SplitVOptions", .int("num_splits")),
  OptionsTable("UniqueOptions", .byte("idx_out_type", 2)),
]

private let options81To126: [OptionsTable] = [
  OptionsTable("ReverseV2Options"),
  OptionsTable("AddNOptions"),
  OptionsTable("GatherNdOptions"),
  OptionsTable("CosOptions"),
  OptionsTable("WhereOptions"),
  OptionsTable("RankOptions"),
  OptionsTable("ReverseSequenceOptions", .int("seq_dim"), .int("batch_dim")),
  OptionsTable("MatrixDiagOptions"),
  OptionsTable("QuantizeOptions"),
  OptionsTable("MatrixSetDiagOptions"),
  OptionsTable("HardSwishOptions"),
  OptionsTable("IfOptions", .int("then_subgraph_index"), .int("else_subgraph_index")),
  OptionsTable("WhileOptions", .int("cond_subgraph_index"), .int("body_subgraph_index")),
  OptionsTable("DepthToSpaceOptions", .int("block_size")),
  OptionsTable("NonMaxSuppressionV4Options"),
  OptionsTable("NonMaxSuppressionV5Options"),
  OptionsTable("ScatterNdOptions"),
  OptionsTable("SelectV2Options"),
  OptionsTable("DensifyOptions"),
  OptionsTable("SegmentSumOptions"),
  OptionsTable(
    "BatchMatMulOptions", .bool("adj_x"), .bool("adj_y"), .bool("asymmetric_quantize_inputs")),
  OptionsTable("CumsumOptions", .bool("exclusive"), .bool("reverse")),
  OptionsTable("CallOnceOptions", .int("init_subgraph_index")),
  OptionsTable("BroadcastToOptions"),
  OptionsTable("Rfft2dOptions"),
  OptionsTable(
    "Conv3DOptions", .byte("padding"), .int("stride_d"), .int("stride_w"), .int("stride_h"),
    .byte("fused_activation_function"), .int("dilation_d_factor", 1), .int("dilation_w_factor", 1),
    .int("dilation_h_factor", 1)),
  OptionsTable("HashtableOptions", .int("table_id"), .byte("key_dtype"), .byte("value_dtype")),
  OptionsTable("HashtableFindOptions"),
  OptionsTable("HashtableImportOptions"),
  OptionsTable("HashtableSizeOptions"),
  OptionsTable("VarHandleOptions", .string("container"), .string("shared_name")),
  OptionsTable("ReadVariableOptions"),
  OptionsTable("AssignVariableOptions"),
  OptionsTable("RandomOptions", .long("seed"), .long("seed2")),
  OptionsTable("BucketizeOptions", .floats("boundaries")),
  OptionsTable("GeluOptions", .bool("approximate")),
  OptionsTable("DynamicUpdateSliceOptions"),
  OptionsTable("UnsortedSegmentProdOptions"),
  OptionsTable("UnsortedSegmentMaxOptions"),
  OptionsTable("UnsortedSegmentMinOptions"),
  OptionsTable("UnsortedSegmentSumOptions"),
  OptionsTable("ATan2Options"),
  OptionsTable("SignOptions"),
  OptionsTable("BitcastOptions"),
  OptionsTable("BitwiseXorOptions"),
  OptionsTable("RightShiftOptions"),
]

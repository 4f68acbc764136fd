// Slots and tags are positions in these lists; source: schema.fbs revision 3d of LiteRT.

extension OptionsTable {
  /// The members of the union BuiltinOptions; index is tag − 1.
  static let builtinOptions: [OptionsTable] =
    options1To40 + options41To80 + options81To126
}

private let options1To40: [OptionsTable] = [
  OptionsTable(
    "Conv2DOptions",
    [
      OptionField("padding", .byte),
      OptionField("stride_w", .int),
      OptionField("stride_h", .int),
      OptionField("fused_activation_function", .byte),
      OptionField("dilation_w_factor", .int, 1),
      OptionField("dilation_h_factor", .int, 1),
      OptionField("quantized_bias_type", .byte),
    ]),
  OptionsTable(
    "DepthwiseConv2DOptions",
    [
      OptionField("padding", .byte),
      OptionField("stride_w", .int),
      OptionField("stride_h", .int),
      OptionField("depth_multiplier", .int),
      OptionField("fused_activation_function", .byte),
      OptionField("dilation_w_factor", .int, 1),
      OptionField("dilation_h_factor", .int, 1),
    ]),
  OptionsTable(
    "ConcatEmbeddingsOptions",
    [
      OptionField("num_channels", .int),
      OptionField("num_columns_per_channel", .ints),
      OptionField("embedding_dim_per_channel", .ints),
    ]),
  OptionsTable("LSHProjectionOptions", [OptionField("type", .byte)]),
  OptionsTable(
    "Pool2DOptions",
    [
      OptionField("padding", .byte),
      OptionField("stride_w", .int),
      OptionField("stride_h", .int),
      OptionField("filter_width", .int),
      OptionField("filter_height", .int),
      OptionField("fused_activation_function", .byte),
    ]),
  OptionsTable(
    "SVDFOptions",
    [
      OptionField("rank", .int),
      OptionField("fused_activation_function", .byte),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "RNNOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "FullyConnectedOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("weights_format", .byte),
      OptionField("keep_num_dims", .bool),
      OptionField("asymmetric_quantize_inputs", .bool),
      OptionField("quantized_bias_type", .byte),
      OptionField("quant_spec", .ubytes),
    ]),
  OptionsTable("SoftmaxOptions", [OptionField("beta", .float)]),
  OptionsTable(
    "ConcatenationOptions",
    [
      OptionField("axis", .int),
      OptionField("fused_activation_function", .byte),
    ]),
  OptionsTable(
    "AddOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("pot_scale_int16", .bool, 1),
    ]),
  OptionsTable("L2NormOptions", [OptionField("fused_activation_function", .byte)]),
  OptionsTable(
    "LocalResponseNormalizationOptions",
    [
      OptionField("radius", .int),
      OptionField("bias", .float),
      OptionField("alpha", .float),
      OptionField("beta", .float),
    ]),
  OptionsTable(
    "LSTMOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("cell_clip", .float),
      OptionField("proj_clip", .float),
      OptionField("kernel_type", .byte),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "ResizeBilinearOptions",
    [
      OptionField("new_height", .int),
      OptionField("new_width", .int),
      OptionField("align_corners", .bool),
      OptionField("half_pixel_centers", .bool),
    ]),
  OptionsTable("CallOptions", [OptionField("subgraph", .uint)]),
  OptionsTable("ReshapeOptions", [OptionField("new_shape", .ints)]),
  OptionsTable(
    "SkipGramOptions",
    [
      OptionField("ngram_size", .int),
      OptionField("max_skip_size", .int),
      OptionField("include_all_ngrams", .bool),
    ]),
  OptionsTable("SpaceToDepthOptions", [OptionField("block_size", .int)]),
  OptionsTable("EmbeddingLookupSparseOptions", [OptionField("combiner", .byte)]),
  OptionsTable("MulOptions", [OptionField("fused_activation_function", .byte)]),
  OptionsTable("PadOptions", []),
  OptionsTable("GatherOptions", [OptionField("axis", .int), OptionField("batch_dims", .int)]),
  OptionsTable("BatchToSpaceNDOptions", []),
  OptionsTable("SpaceToBatchNDOptions", []),
  OptionsTable("TransposeOptions", []),
  OptionsTable("ReducerOptions", [OptionField("keep_dims", .bool)]),
  OptionsTable(
    "SubOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("pot_scale_int16", .bool, 1),
    ]),
  OptionsTable("DivOptions", [OptionField("fused_activation_function", .byte)]),
  OptionsTable("SqueezeOptions", [OptionField("squeeze_dims", .ints)]),
  OptionsTable(
    "SequenceRNNOptions",
    [
      OptionField("time_major", .bool),
      OptionField("fused_activation_function", .byte),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "StridedSliceOptions",
    [
      OptionField("begin_mask", .int),
      OptionField("end_mask", .int),
      OptionField("ellipsis_mask", .int),
      OptionField("new_axis_mask", .int),
      OptionField("shrink_axis_mask", .int),
      OptionField("offset", .bool),
    ]),
  OptionsTable("ExpOptions", []),
  OptionsTable("TopKV2Options", []),
  OptionsTable("SplitOptions", [OptionField("num_splits", .int)]),
  OptionsTable("LogSoftmaxOptions", []),
  OptionsTable(
    "CastOptions",
    [
      OptionField("in_data_type", .byte),
      OptionField("out_data_type", .byte),
    ]),
  OptionsTable("DequantizeOptions", []),
  OptionsTable("MaximumMinimumOptions", []),
  OptionsTable("ArgMaxOptions", [OptionField("output_type", .byte)]),
]

private let options41To80: [OptionsTable] = [
  OptionsTable("LessOptions", []),
  OptionsTable("NegOptions", []),
  OptionsTable("PadV2Options", []),
  OptionsTable("GreaterOptions", []),
  OptionsTable("GreaterEqualOptions", []),
  OptionsTable("LessEqualOptions", []),
  OptionsTable("SelectOptions", []),
  OptionsTable("SliceOptions", []),
  OptionsTable(
    "TransposeConvOptions",
    [
      OptionField("padding", .byte),
      OptionField("stride_w", .int),
      OptionField("stride_h", .int),
      OptionField("fused_activation_function", .byte),
      OptionField("quantized_bias_type", .byte),
    ]),
  OptionsTable("SparseToDenseOptions", [OptionField("validate_indices", .bool)]),
  OptionsTable("TileOptions", []),
  OptionsTable("ExpandDimsOptions", []),
  OptionsTable("EqualOptions", []),
  OptionsTable("NotEqualOptions", []),
  OptionsTable("ShapeOptions", [OptionField("out_type", .byte)]),
  OptionsTable("PowOptions", []),
  OptionsTable("ArgMinOptions", [OptionField("output_type", .byte)]),
  OptionsTable(
    "FakeQuantOptions",
    [
      OptionField("min", .float),
      OptionField("max", .float),
      OptionField("num_bits", .int),
      OptionField("narrow_range", .bool),
    ]),
  OptionsTable("PackOptions", [OptionField("values_count", .int), OptionField("axis", .int)]),
  OptionsTable("LogicalOrOptions", []),
  OptionsTable("OneHotOptions", [OptionField("axis", .int)]),
  OptionsTable("LogicalAndOptions", []),
  OptionsTable("LogicalNotOptions", []),
  OptionsTable("UnpackOptions", [OptionField("num", .int), OptionField("axis", .int)]),
  OptionsTable("FloorDivOptions", []),
  OptionsTable("SquareOptions", []),
  OptionsTable("ZerosLikeOptions", []),
  OptionsTable("FillOptions", []),
  OptionsTable(
    "BidirectionalSequenceLSTMOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("cell_clip", .float),
      OptionField("proj_clip", .float),
      OptionField("merge_outputs", .bool),
      OptionField("time_major", .bool, 1),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "BidirectionalSequenceRNNOptions",
    [
      OptionField("time_major", .bool),
      OptionField("fused_activation_function", .byte),
      OptionField("merge_outputs", .bool),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable(
    "UnidirectionalSequenceLSTMOptions",
    [
      OptionField("fused_activation_function", .byte),
      OptionField("cell_clip", .float),
      OptionField("proj_clip", .float),
      OptionField("time_major", .bool),
      OptionField("asymmetric_quantize_inputs", .bool),
      OptionField("diagonal_recurrent_tensors", .bool),
    ]),
  OptionsTable("FloorModOptions", []),
  OptionsTable("RangeOptions", []),
  OptionsTable(
    "ResizeNearestNeighborOptions",
    [
      OptionField("align_corners", .bool),
      OptionField("half_pixel_centers", .bool),
    ]),
  OptionsTable("LeakyReluOptions", [OptionField("alpha", .float)]),
  OptionsTable("SquaredDifferenceOptions", []),
  OptionsTable("MirrorPadOptions", [OptionField("mode", .byte)]),
  OptionsTable("AbsOptions", []),
  OptionsTable("SplitVOptions", [OptionField("num_splits", .int)]),
  OptionsTable("UniqueOptions", [OptionField("idx_out_type", .byte, 2)]),
]

private let options81To126: [OptionsTable] = [
  OptionsTable("ReverseV2Options", []),
  OptionsTable("AddNOptions", []),
  OptionsTable("GatherNdOptions", []),
  OptionsTable("CosOptions", []),
  OptionsTable("WhereOptions", []),
  OptionsTable("RankOptions", []),
  OptionsTable(
    "ReverseSequenceOptions",
    [
      OptionField("seq_dim", .int),
      OptionField("batch_dim", .int),
    ]),
  OptionsTable("MatrixDiagOptions", []),
  OptionsTable("QuantizeOptions", []),
  OptionsTable("MatrixSetDiagOptions", []),
  OptionsTable("HardSwishOptions", []),
  OptionsTable(
    "IfOptions",
    [
      OptionField("then_subgraph_index", .int),
      OptionField("else_subgraph_index", .int),
    ]),
  OptionsTable(
    "WhileOptions",
    [
      OptionField("cond_subgraph_index", .int),
      OptionField("body_subgraph_index", .int),
    ]),
  OptionsTable("DepthToSpaceOptions", [OptionField("block_size", .int)]),
  OptionsTable("NonMaxSuppressionV4Options", []),
  OptionsTable("NonMaxSuppressionV5Options", []),
  OptionsTable("ScatterNdOptions", []),
  OptionsTable("SelectV2Options", []),
  OptionsTable("DensifyOptions", []),
  OptionsTable("SegmentSumOptions", []),
  OptionsTable(
    "BatchMatMulOptions",
    [
      OptionField("adj_x", .bool),
      OptionField("adj_y", .bool),
      OptionField("asymmetric_quantize_inputs", .bool),
    ]),
  OptionsTable("CumsumOptions", [OptionField("exclusive", .bool), OptionField("reverse", .bool)]),
  OptionsTable("CallOnceOptions", [OptionField("init_subgraph_index", .int)]),
  OptionsTable("BroadcastToOptions", []),
  OptionsTable("Rfft2dOptions", []),
  OptionsTable(
    "Conv3DOptions",
    [
      OptionField("padding", .byte),
      OptionField("stride_d", .int),
      OptionField("stride_w", .int),
      OptionField("stride_h", .int),
      OptionField("fused_activation_function", .byte),
      OptionField("dilation_d_factor", .int, 1),
      OptionField("dilation_w_factor", .int, 1),
      OptionField("dilation_h_factor", .int, 1),
    ]),
  OptionsTable(
    "HashtableOptions",
    [
      OptionField("table_id", .int),
      OptionField("key_dtype", .byte),
      OptionField("value_dtype", .byte),
    ]),
  OptionsTable("HashtableFindOptions", []),
  OptionsTable("HashtableImportOptions", []),
  OptionsTable("HashtableSizeOptions", []),
  OptionsTable(
    "VarHandleOptions",
    [
      OptionField("container", .string),
      OptionField("shared_name", .string),
    ]),
  OptionsTable("ReadVariableOptions", []),
  OptionsTable("AssignVariableOptions", []),
  OptionsTable("RandomOptions", [OptionField("seed", .long), OptionField("seed2", .long)]),
  OptionsTable("BucketizeOptions", [OptionField("boundaries", .floats)]),
  OptionsTable("GeluOptions", [OptionField("approximate", .bool)]),
  OptionsTable("DynamicUpdateSliceOptions", []),
  OptionsTable("UnsortedSegmentProdOptions", []),
  OptionsTable("UnsortedSegmentMaxOptions", []),
  OptionsTable("UnsortedSegmentMinOptions", []),
  OptionsTable("UnsortedSegmentSumOptions", []),
  OptionsTable("ATan2Options", []),
  OptionsTable("SignOptions", []),
  OptionsTable("BitcastOptions", []),
  OptionsTable("BitwiseXorOptions", []),
  OptionsTable("RightShiftOptions", []),
]

// Slots and tags are positions in these lists; source: schema.fbs revision 3d of LiteRT.

extension OptionsTable {
  /// The members of the union BuiltinOptions2; index is tag − 1.
  static let builtinOptions2: [OptionsTable] = stablehloOptions
}

private let stablehloOptions: [OptionsTable] = [
  OptionsTable("StablehloConcatenateOptions", [OptionField("dimension", .long)]),
  OptionsTable("StablehloBroadcastInDimOptions", [OptionField("broadcast_dimensions", .longs)]),
  OptionsTable(
    "StablehloSliceOptions",
    [
      OptionField("start_indices", .longs),
      OptionField("limit_indices", .longs),
      OptionField("strides", .longs),
    ]),
  OptionsTable(
    "StablehloConvolutionOptions",
    [
      OptionField("window_strides", .longs),
      OptionField("padding", .longs),
      OptionField("lhs_dilation", .longs),
      OptionField("rhs_dilation", .longs),
      OptionField("window_reversal", .bools),
      OptionField("input_batch_dimension", .long),
      OptionField("input_feature_dimension", .long),
      OptionField("input_spatial_dimensions", .longs),
      OptionField("kernel_input_feature_dimension", .long),
      OptionField("kernel_output_feature_dimension", .long),
      OptionField("kernel_spatial_dimensions", .longs),
      OptionField("output_batch_dimension", .long),
      OptionField("output_feature_dimension", .long),
      OptionField("output_spatial_dimensions", .longs),
      OptionField("feature_group_count", .long),
      OptionField("batch_group_count", .long),
      OptionField("precision_config", .uints),
    ]),
  OptionsTable(
    "StablehloCustomCallOptions",
    [
      OptionField("call_target_name", .string),
      OptionField("has_side_effect", .bool),
      OptionField("backend_config", .string),
      OptionField("api_version", .int),
      OptionField("called_computations", .ints),
      OptionField("custom_attributes", .ubytes),
    ]),
  OptionsTable(
    "StablehloReduceOptions",
    [
      OptionField("dimensions", .longs),
      OptionField("body_subgraph_index", .int),
    ]),
  OptionsTable(
    "StablehloScatterOptions",
    [
      OptionField("indices_are_sorted", .bool),
      OptionField("update_window_dims", .longs),
      OptionField("inserted_window_dims", .longs),
      OptionField("scatter_dims_to_operand_dims", .longs),
      OptionField("index_vector_dim", .long),
      OptionField("unique_indices", .bool),
      OptionField("update_computation_subgraph_index", .int),
    ]),
  OptionsTable(
    "StablehloCompareOptions",
    [
      OptionField("comparison_direction", .uint),
      OptionField("compare_type", .uint),
    ]),
  OptionsTable("StablehloDynamicSliceOptions", [OptionField("slice_sizes", .longs)]),
  OptionsTable(
    "StablehloPadOptions",
    [
      OptionField("edge_padding_low", .longs),
      OptionField("edge_padding_high", .longs),
      OptionField("interior_padding", .longs),
    ]),
  OptionsTable("StablehloIotaOptions", [OptionField("iota_dimension", .long)]),
  OptionsTable(
    "StablehloDotGeneralOptions",
    [
      OptionField("lhs_batching_dimensions", .longs),
      OptionField("rhs_batching_dimensions", .longs),
      OptionField("lhs_contracting_dimensions", .longs),
      OptionField("rhs_contracting_dimensions", .longs),
      OptionField("precision_config", .uints),
    ]),
  OptionsTable(
    "StablehloReduceWindowOptions",
    [
      OptionField("window_dimensions", .longs),
      OptionField("window_strides", .longs),
      OptionField("base_dilations", .longs),
      OptionField("window_dilations", .longs),
      OptionField("padding", .longs),
      OptionField("body_subgraph_index", .int),
    ]),
  OptionsTable(
    "StablehloSortOptions",
    [
      OptionField("dimension", .long),
      OptionField("is_stable", .bool),
      OptionField("comparator_subgraph_index", .int),
    ]),
  OptionsTable(
    "StablehloWhileOptions",
    [
      OptionField("cond_subgraph_index", .int),
      OptionField("body_subgraph_index", .int),
    ]),
  OptionsTable(
    "StablehloGatherOptions",
    [
      OptionField("offset_dims", .longs),
      OptionField("collapsed_slice_dims", .longs),
      OptionField("start_index_map", .longs),
      OptionField("index_vector_dim", .long),
      OptionField("slice_sizes", .longs),
      OptionField("indices_are_sorted", .bool),
    ]),
  OptionsTable("StablehloTransposeOptions", [OptionField("permutation", .longs)]),
  OptionsTable("DilateOptions", []),
  OptionsTable("StablehloRngBitGeneratorOptions", [OptionField("algorithm", .byte)]),
  OptionsTable("ReduceWindowOptions", [OptionField("reduce_function", .int)]),
  OptionsTable(
    "StableHLOCompositeOptions",
    [
      OptionField("name", .string),
      OptionField("decomposition_subgraph_index", .int),
      OptionField("composite_attributes", .ubytes),
      OptionField("composite_attributes_format", .byte),
      OptionField("version", .int),
    ]),
  OptionsTable("StablehloShiftLeftOptions", []),
  OptionsTable("StablehloCaseOptions", [OptionField("branch_subgraph_indices", .ints)]),
]

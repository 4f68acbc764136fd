// Slots and tags are positions in these lists; source: schema.fbs revision 3d of LiteRT.

extension OptionsTable {
  /// The members of the union BuiltinOptions2; index is tag − 1.
  static let builtinOptions2: [OptionsTable] = stablehloOptions
}

private let stablehloOptions: [OptionsTable] = [
  OptionsTable("StablehloConcatenateOptions", .long("dimension")),
  OptionsTable("StablehloBroadcastInDimOptions", .longs("broadcast_dimensions")),
  OptionsTable(
    "StablehloSliceOptions", .longs("start_indices"), .longs("limit_indices"), .longs("strides")),
  OptionsTable(
    "StablehloConvolutionOptions", .longs("window_strides"), .longs("padding"),
    .longs("lhs_dilation"), .longs("rhs_dilation"), .bools("window_reversal"),
    .long("input_batch_dimension"), .long("input_feature_dimension"),
    .longs("input_spatial_dimensions"), .long("kernel_input_feature_dimension"),
    .long("kernel_output_feature_dimension"), .longs("kernel_spatial_dimensions"),
    .long("output_batch_dimension"), .long("output_feature_dimension"),
    .longs("output_spatial_dimensions"), .long("feature_group_count"), .long("batch_group_count"),
    .uints("precision_config")),
  OptionsTable(
    "StablehloCustomCallOptions", .string("call_target_name"), .bool("has_side_effect"),
    .string("backend_config"), .int("api_version"), .ints("called_computations"),
    .ubytes("custom_attributes")),
  OptionsTable("StablehloReduceOptions", .longs("dimensions"), .int("body_subgraph_index")),
  OptionsTable(
    "StablehloScatterOptions", .bool("indices_are_sorted"), .longs("update_window_dims"),
    .longs("inserted_window_dims"), .longs("scatter_dims_to_operand_dims"),
    .long("index_vector_dim"), .bool("unique_indices"), .int("update_computation_subgraph_index")),
  OptionsTable("StablehloCompareOptions", .uint("comparison_direction"), .uint("compare_type")),
  OptionsTable("StablehloDynamicSliceOptions", .longs("slice_sizes")),
  OptionsTable(
    "StablehloPadOptions", .longs("edge_padding_low"), .longs("edge_padding_high"),
    .longs("interior_padding")),
  OptionsTable("StablehloIotaOptions", .long("iota_dimension")),
  OptionsTable(
    "StablehloDotGeneralOptions", .longs("lhs_batching_dimensions"),
    .longs("rhs_batching_dimensions"), .longs("lhs_contracting_dimensions"),
    .longs("rhs_contracting_dimensions"), .uints("precision_config")),
  OptionsTable(
    "StablehloReduceWindowOptions", .longs("window_dimensions"), .longs("window_strides"),
    .longs("base_dilations"), .longs("window_dilations"), .longs("padding"),
    .int("body_subgraph_index")),
  OptionsTable(
    "StablehloSortOptions", .long("dimension"), .bool("is_stable"),
    .int("comparator_subgraph_index")),
  OptionsTable("StablehloWhileOptions", .int("cond_subgraph_index"), .int("body_subgraph_index")),
  OptionsTable(
    "StablehloGatherOptions", .longs("offset_dims"), .longs("collapsed_slice_dims"),
    .longs("start_index_map"), .long("index_vector_dim"), .longs("slice_sizes"),
    .bool("indices_are_sorted")),
  OptionsTable("StablehloTransposeOptions", .longs("permutation")),
  OptionsTable("DilateOptions"),
  OptionsTable("StablehloRngBitGeneratorOptions", .byte("algorithm")),
  OptionsTable("ReduceWindowOptions", .int("reduce_function")),
  OptionsTable(
    "StableHLOCompositeOptions", .string("name"), .int("decomposition_subgraph_index"),
    .ubytes("composite_attributes"), .byte("composite_attributes_format"), .int("version")),
  OptionsTable("StablehloShiftLeftOptions"),
  OptionsTable("StablehloCaseOptions", .ints("branch_subgraph_indices")),
]

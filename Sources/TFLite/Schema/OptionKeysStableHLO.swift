/// Options of StableHLO operators that move elements.

public enum StablehloPad {
  public static let low = OptionKey<[Int64]>("StablehloPadOptions", "edge_padding_low")
  public static let high = OptionKey<[Int64]>("StablehloPadOptions", "edge_padding_high")
  public static let interior = OptionKey<[Int64]>("StablehloPadOptions", "interior_padding")
}

public enum StablehloReduceWindow {
  public static let sizes = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "window_dimensions")
  public static let steps = OptionKey<[Int64]>("StablehloReduceWindowOptions", "window_strides")
  public static let inputDilations = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "base_dilations")
  public static let dilations = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "window_dilations")
  public static let padding = OptionKey<[Int64]>("StablehloReduceWindowOptions", "padding")
  public static let body = OptionKey<Int32>(
    "StablehloReduceWindowOptions", "body_subgraph_index")
}

public enum StablehloGather {
  public static let offsetDims = OptionKey<[Int64]>("StablehloGatherOptions", "offset_dims")
  public static let collapsedDims = OptionKey<[Int64]>(
    "StablehloGatherOptions", "collapsed_slice_dims")
  public static let startIndexMap = OptionKey<[Int64]>(
    "StablehloGatherOptions", "start_index_map")
  public static let indexVectorDim = OptionKey<Int64>(
    "StablehloGatherOptions", "index_vector_dim")
  public static let sliceSizes = OptionKey<[Int64]>("StablehloGatherOptions", "slice_sizes")
}

public enum StablehloScatter {
  public static let windowDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "update_window_dims")
  public static let insertedDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "inserted_window_dims")
  public static let operandDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "scatter_dims_to_operand_dims")
  public static let indexVectorDim = OptionKey<Int64>(
    "StablehloScatterOptions", "index_vector_dim")
  public static let body = OptionKey<Int32>(
    "StablehloScatterOptions", "update_computation_subgraph_index")
}

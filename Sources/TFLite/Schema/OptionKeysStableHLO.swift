/// Options of StableHLO operators that move elements.

package enum StablehloPad {
  package static let low = OptionKey<[Int64]>("StablehloPadOptions", "edge_padding_low")
  package static let high = OptionKey<[Int64]>("StablehloPadOptions", "edge_padding_high")
  package static let interior = OptionKey<[Int64]>("StablehloPadOptions", "interior_padding")
}

package enum StablehloReduceWindow {
  package static let sizes = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "window_dimensions")
  package static let steps = OptionKey<[Int64]>("StablehloReduceWindowOptions", "window_strides")
  package static let inputDilations = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "base_dilations")
  package static let dilations = OptionKey<[Int64]>(
    "StablehloReduceWindowOptions", "window_dilations")
  package static let padding = OptionKey<[Int64]>("StablehloReduceWindowOptions", "padding")
  package static let body = OptionKey<Int32>(
    "StablehloReduceWindowOptions", "body_subgraph_index")
}

package enum StablehloGather {
  package static let offsetDims = OptionKey<[Int64]>("StablehloGatherOptions", "offset_dims")
  package static let collapsedDims = OptionKey<[Int64]>(
    "StablehloGatherOptions", "collapsed_slice_dims")
  package static let startIndexMap = OptionKey<[Int64]>(
    "StablehloGatherOptions", "start_index_map")
  package static let indexVectorDim = OptionKey<Int64>(
    "StablehloGatherOptions", "index_vector_dim")
  package static let sliceSizes = OptionKey<[Int64]>("StablehloGatherOptions", "slice_sizes")
}

package enum StablehloScatter {
  package static let windowDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "update_window_dims")
  package static let insertedDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "inserted_window_dims")
  package static let operandDims = OptionKey<[Int64]>(
    "StablehloScatterOptions", "scatter_dims_to_operand_dims")
  package static let indexVectorDim = OptionKey<Int64>(
    "StablehloScatterOptions", "index_vector_dim")
  package static let body = OptionKey<Int32>(
    "StablehloScatterOptions", "update_computation_subgraph_index")
}

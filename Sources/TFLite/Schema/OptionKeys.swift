/// The option fields that the optimizer reads or writes, as `Table.field`.

package enum BatchMatMul {
  package static let adjointX = OptionKey<Bool>("BatchMatMulOptions", "adj_x")
  package static let adjointY = OptionKey<Bool>("BatchMatMulOptions", "adj_y")
  package static let asymmetricInputs = OptionKey<Bool>(
    "BatchMatMulOptions", "asymmetric_quantize_inputs")
}

package enum Gather {
  package static let axis = OptionKey<Int32>("GatherOptions", "axis")
  package static let batchDims = OptionKey<Int32>("GatherOptions", "batch_dims")
}

package enum ResizeNearestNeighbor {
  package static let alignCorners = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "align_corners")
  package static let halfPixelCenters = OptionKey<Bool>(
    "ResizeNearestNeighborOptions", "half_pixel_centers")
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

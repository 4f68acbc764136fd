/// Options of operators that move elements.

package enum Reshape {
  package static let newShape = OptionKey<[Int32]>("ReshapeOptions", "new_shape")
}

package enum Squeeze {
  package static let dimensions = OptionKey<[Int32]>("SqueezeOptions", "squeeze_dims")
}

package enum SpaceToDepth {
  package static let blockSize = OptionKey<Int32>("SpaceToDepthOptions", "block_size")
}

package enum DepthToSpace {
  package static let blockSize = OptionKey<Int32>("DepthToSpaceOptions", "block_size")
}

package enum ReverseSequence {
  package static let sequenceAxis = OptionKey<Int32>("ReverseSequenceOptions", "seq_dim")
  package static let batchAxis = OptionKey<Int32>("ReverseSequenceOptions", "batch_dim")
}

package enum Concatenation {
  package static let axis = OptionKey<Int32>("ConcatenationOptions", "axis")
  package static let activation = OptionKey<Int8>(
    "ConcatenationOptions", "fused_activation_function")
}

package enum Pack {
  package static let axis = OptionKey<Int32>("PackOptions", "axis")
}

package enum Unpack {
  package static let axis = OptionKey<Int32>("UnpackOptions", "axis")
  package static let count = OptionKey<Int32>("UnpackOptions", "num")
}

package enum StridedSlice {
  package static let beginMask = OptionKey<Int32>("StridedSliceOptions", "begin_mask")
  package static let endMask = OptionKey<Int32>("StridedSliceOptions", "end_mask")
  package static let shrinkAxisMask = OptionKey<Int32>("StridedSliceOptions", "shrink_axis_mask")
  package static let ellipsisMask = OptionKey<Int32>("StridedSliceOptions", "ellipsis_mask")
  package static let newAxisMask = OptionKey<Int32>("StridedSliceOptions", "new_axis_mask")
  package static let offset = OptionKey<Bool>("StridedSliceOptions", "offset")
}

package enum OneHot {
  package static let axis = OptionKey<Int32>("OneHotOptions", "axis")
}

package enum MirrorPad {
  /// 0 repeats no element, 1 repeats the border.
  package static let mode = OptionKey<Int8>("MirrorPadOptions", "mode")
}

package enum ResizeBilinear {
  package static let alignCorners = OptionKey<Bool>("ResizeBilinearOptions", "align_corners")
  package static let halfPixelCenters = OptionKey<Bool>(
    "ResizeBilinearOptions", "half_pixel_centers")
}

package enum Bucketize {
  /// Bit patterns of floats.
  package static let boundaries = OptionKey<[Int32]>("BucketizeOptions", "boundaries")
}

package enum ReduceWindow {
  package static let function = OptionKey<Int32>("ReduceWindowOptions", "reduce_function")
}

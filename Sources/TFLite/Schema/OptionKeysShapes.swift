/// Options of operators that move elements.

public enum Reshape {
  public static let newShape = OptionKey<[Int32]>("ReshapeOptions", "new_shape")
}

public enum Squeeze {
  public static let dimensions = OptionKey<[Int32]>("SqueezeOptions", "squeeze_dims")
}

public enum SpaceToDepth {
  public static let blockSize = OptionKey<Int32>("SpaceToDepthOptions", "block_size")
}

public enum DepthToSpace {
  public static let blockSize = OptionKey<Int32>("DepthToSpaceOptions", "block_size")
}

public enum ReverseSequence {
  public static let sequenceAxis = OptionKey<Int32>("ReverseSequenceOptions", "seq_dim")
  public static let batchAxis = OptionKey<Int32>("ReverseSequenceOptions", "batch_dim")
}

public enum Concatenation {
  public static let axis = OptionKey<Int32>("ConcatenationOptions", "axis")
  public static let activation = OptionKey<Int8>(
    "ConcatenationOptions", "fused_activation_function")
}

public enum Pack {
  public static let axis = OptionKey<Int32>("PackOptions", "axis")
}

public enum Unpack {
  public static let axis = OptionKey<Int32>("UnpackOptions", "axis")
  public static let count = OptionKey<Int32>("UnpackOptions", "num")
}

extension StridedSlice {
  public static let beginMask = OptionKey<Int32>("StridedSliceOptions", "begin_mask")
  public static let endMask = OptionKey<Int32>("StridedSliceOptions", "end_mask")
  public static let shrinkAxisMask = OptionKey<Int32>("StridedSliceOptions", "shrink_axis_mask")
}

public enum OneHot {
  public static let axis = OptionKey<Int32>("OneHotOptions", "axis")
}

public enum MirrorPad {
  /// 0 repeats no element, 1 repeats the border.
  public static let mode = OptionKey<Int8>("MirrorPadOptions", "mode")
}

extension ResizeBilinear {
  public static let alignCorners = OptionKey<Bool>("ResizeBilinearOptions", "align_corners")
}

public enum Bucketize {
  /// Bit patterns of floats.
  public static let boundaries = OptionKey<[Int32]>("BucketizeOptions", "boundaries")
}

public enum ReduceWindow {
  public static let function = OptionKey<Int32>("ReduceWindowOptions", "reduce_function")
}

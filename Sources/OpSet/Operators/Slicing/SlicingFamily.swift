extension OperatorFamily {
  /// Tensors cut up and put together.
  static let slicing = OperatorFamily(
    "Slicing",
    [
      .concatenation, .pack, .unpack, .split, .splitV, .slice, .stridedSlice,
      .dynamicUpdateSlice,
    ])
}

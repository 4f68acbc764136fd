extension OperatorFamily {
  /// Variables and hash tables that live between runs.
  static let state = OperatorFamily(
    "State",
    [
      .varHandle, .readVariable, .assignVariable, .hashtable, .hashtableFind, .hashtableImport,
      .hashtableSize,
    ])
}

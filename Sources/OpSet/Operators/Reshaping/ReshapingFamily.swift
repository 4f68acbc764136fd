extension OperatorFamily {
  /// Every element stays; shape or order changes.
  static let reshaping = OperatorFamily(
    "Reshaping",
    [
      .reshape, .squeeze, .expandDims, .transpose, .spaceToDepth, .depthToSpace, .spaceToBatchND,
      .batchToSpaceND, .reverseV2, .reverseSequence,
    ])
}

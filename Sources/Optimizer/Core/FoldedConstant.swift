import TFLite

/// A constant that was decoded, and how it stood before.
struct FoldedConstant {
  /// The decoding operator's output, which became the constant.
  let tensor: TensorID
  let source: TensorID
  let decoder: Operator
  /// The tensor's buffer before (none) and after folding.
  let formerBuffer: UInt32
  let buffer: UInt32
}

/// A constant that operators read sparse, and how it stood before it was decoded.
struct FoldedSparse {
  let sparsity: Sparsity
  let formerBuffer: UInt32
  let buffer: UInt32
  /// Values and index vectors.
  let storedBytes: Int
}

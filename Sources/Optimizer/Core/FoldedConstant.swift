import TFLite

/// A constant that was decoded, and its form before.
package struct FoldedConstant {
  /// The decoding operator's output, which became the constant.
  package let tensor: TensorID
  package let source: TensorID
  let decoder: Operator
  /// The tensor's buffer before (none) and after folding.
  let formerBuffer: UInt32
  package let buffer: UInt32
}

/// A constant that operators read sparse, and its form before it was decoded.
struct FoldedSparse {
  let sparsity: Sparsity
  let formerBuffer: UInt32
  let buffer: UInt32
  /// Values and index vectors.
  let storedBytes: Int
}

/// What `fold-constants` decoded.
package struct DecodedConstants {
  /// In the order of decoding.
  package private(set) var constants: [FoldedConstant] = []
  /// The tensor that a constant was last decoded from.
  private(set) var sources: [TensorID: TensorID] = [:]
  /// Constants that operators read sparse.
  var sparse: [TensorID: FoldedSparse] = [:]
  /// Decoded constants that an operator now needs without DEQUANTIZE: they are not encoded again.
  var plain: Set<TensorID> = []

  /// Whether the file holds the constant in another form than as its values.
  package func contains(_ id: TensorID) -> Bool { sources[id] != nil || sparse[id] != nil }

  mutating func add(_ constant: FoldedConstant) {
    constants.append(constant)
    sources[constant.tensor] = constant.source
  }
}

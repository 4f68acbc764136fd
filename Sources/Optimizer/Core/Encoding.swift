import TFLite

/// How a file stores a constant; `Report` has the words.
package enum Encoding: Hashable, Sendable {
  /// One element after the other.
  case dense(TensorType)
  /// Without zeros, with index vectors that place the other elements.
  case sparse(TensorType)
  /// With a scale for so many elements of a row.
  case blocks(TensorType, size: Int)

  package init(_ tensor: Tensor) {
    if tensor.sparsity != nil {
      self = .sparse(tensor.type)
    } else if let size = tensor.quantization?.block {
      self = .blocks(tensor.type, size: size)
    } else {
      self = .dense(tensor.type)
    }
  }

  package var type: TensorType {
    switch self {
    case .dense(let type), .sparse(let type), .blocks(let type, _): type
    }
  }

  /// Whether a step could make it smaller.
  package var isFloat: Bool { [.float32, .float16, .bfloat16].contains(type) }

  package var isSparse: Bool {
    switch self {
    case .dense, .blocks: false
    case .sparse: true
    }
  }

  /// The elements of a row that share a scale; nil without blocks.
  package var block: Int? {
    if case .blocks(_, let size) = self { size } else { nil }
  }
}

/// The arithmetic of an operator.
package struct OperatorEncoding: Hashable, Sendable {
  /// The type of its first result; nil for an operator without results.
  package let result: TensorType?
  /// How its weights are stored; nil if they have the result's type, or if it has no weights.
  package let weights: Encoding?

  package init(result: TensorType?, weights: Encoding? = nil) {
    self.result = result
    self.weights = weights.flatMap { $0 == result.map(Encoding.dense) ? nil : $0 }
  }
}

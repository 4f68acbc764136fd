import TFLite

/// How a file stores a constant; `Report` has the words.
package enum Encoding: Hashable, Sendable {
  /// An element after the other.
  case dense(TensorType)
  /// Without zeros, with vectors that say where the others stand.
  case sparse(TensorType)

  package init(_ tensor: Tensor) {
    self = tensor.sparsity == nil ? .dense(tensor.type) : .sparse(tensor.type)
  }

  package var type: TensorType {
    switch self {
    case .dense(let type), .sparse(let type): type
    }
  }

  /// Whether it is one that a step could make smaller.
  package var isFloat: Bool { [.float32, .float16, .bfloat16].contains(type) }

  package var isSparse: Bool {
    switch self {
    case .dense: false
    case .sparse: true
    }
  }
}

/// What an operator computes with.
package struct OperatorEncoding: Hashable, Sendable {
  /// The type of its first result; nil for an operator without results.
  package let result: TensorType?
  /// How its weights are stored; nil where that is as the result, or where it has no weights.
  package let weights: Encoding?

  package init(result: TensorType?, weights: Encoding? = nil) {
    self.result = result
    self.weights = weights.flatMap { $0 == result.map(Encoding.dense) ? nil : $0 }
  }
}

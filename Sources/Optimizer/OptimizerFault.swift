import TFLite

/// Why a model cannot be optimized as asked; the input's fault or the request's.
public enum OptimizerFault: Error, Equatable, Sendable {
  case sparsity(TensorID, name: String, SparsityFault)
  /// Operators that only a vendor's compiler understands: changing their file would break them.
  case compiled(operators: [String])
}

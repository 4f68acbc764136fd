import TFLite

/// Why a model cannot be optimized as asked; the input's fault or the request's.
public enum OptimizerFault: Error, Equatable, Sendable {
  case sparsity(TensorID, name: String, SparsityFault)
  /// Operators that only a vendor's compiler understands: changing their file would break them.
  case compiled(operators: [String])
  /// With `--strict`: operators that have no integer form, all of them.
  case floatOperators([FloatOperator])

  public struct FloatOperator: Equatable, Sendable {
    public let subgraph: Int
    public let index: Int
    public let name: String
    public let reason: String
  }
}

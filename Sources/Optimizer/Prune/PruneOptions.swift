/// How `prune` works.
public struct PruneOptions: Equatable, Sendable {
  /// What the sparsity is the share of.
  public enum Scope: String, CaseIterable, Sendable {
    /// Each layer gets the share.
    case layer
    /// All weights together: by magnitude, or with samples by what each layer's zeros cost.
    case global
  }

  /// The share of the weights that become zero, above 0 and below 1.
  public var sparsity: Double
  public var pattern = SparsityPattern.unstructured
  /// Nil: `layer` without samples, `global` with.
  public var scope: Scope?
  public var depthwise = false
  public var skipFirst = false
  public var skipLast = false
  public var encodesSparse = false
  /// The signature that samples are for.
  public var signature: String?

  public init(sparsity: Double) { self.sparsity = sparsity }
}

extension Step {
  /// What the code of pruning calls the options.
  public typealias Prune = PruneOptions
}

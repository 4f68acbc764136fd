/// How `prune` works.
package struct PruneOptions: Equatable, Sendable {
  /// What the sparsity is the share of.
  package enum Scope: String, CaseIterable, Sendable {
    /// Each layer gets the share.
    case layer
    /// All weights together: by magnitude, or with samples by what each layer's zeros cost.
    case global
  }

  /// The share of the weights that become zero, above 0 and below 1.
  package var sparsity: Double
  package var pattern = SparsityPattern.unstructured
  /// Nil: `layer` without samples, `global` with.
  package var scope: Scope?
  package var depthwise = false
  package var skipFirst = false
  package var skipLast = false
  package var encodesSparse = false
  /// The signature that samples are for.
  package var signature: String?

  package init(sparsity: Double) { self.sparsity = sparsity }
}

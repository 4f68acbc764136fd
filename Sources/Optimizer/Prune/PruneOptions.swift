/// How `prune` works.
package struct PruneOptions: Equatable, Sendable {
  /// The share of the weights that become zero, above 0 and below 1.
  package var sparsity: Double
  package var pattern = SparsityPattern.unstructured
  /// Nil means `layer` without samples and `global` with samples.
  package var scope: PruneScope?
  package var depthwise = false
  package var skipFirst = false
  package var skipLast = false
  package var encodesSparse = false

  package init(sparsity: Double) { self.sparsity = sparsity }
}

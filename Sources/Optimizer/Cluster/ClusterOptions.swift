/// How `cluster` works.
package struct ClusterOptions: Equatable, Sendable {
  /// The most distinct values in a codebook, from 2 to 256.
  package var clusters: Int
  package var scope = ClusterScope.tensor
  /// Whether 0 is a value even where a tensor has no zeros.
  package var preservesZero = false
  /// Whether errors are weighted by the second moment of the element's input.
  package var isWeighted = false
  /// Whether frequent values, which cost fewer bits under compression, are preferred.
  package var isRateAware = false

  package init(clusters: Int) { self.clusters = clusters }
}

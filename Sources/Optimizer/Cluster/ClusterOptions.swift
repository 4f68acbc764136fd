/// How `cluster` works.
package struct ClusterOptions: Equatable, Sendable {
  /// Distinct values in a codebook at most, from 2 to 256.
  package var clusters: Int
  package var scope = ClusterScope.tensor
  /// 0 is a value also where a tensor has no zeros.
  package var preservesZero = false
  /// Errors count by the second moment of the input that they meet.
  package var isWeighted = false
  /// Values go where they also cost few bits under compression.
  package var isRateAware = false

  package init(clusters: Int) { self.clusters = clusters }
}

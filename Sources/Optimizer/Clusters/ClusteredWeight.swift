/// What `cluster` promises of a weight, for passes that come after it and for the report.
public struct ClusteredWeight: Sendable {
  /// The number of distinct values at most.
  public let clusters: Int
  public let scope: ClusterOptions.Scope
  /// What shares the values: the tensor, or a channel of it.
  public let layout: ChannelLayout
  /// The integers that int8 must keep to.
  let levels: IntegerLevels?
  /// Σ (value − level)² ÷ Σ value²; of normalised channels with the shared codebook.
  public let relativeError: Double
  /// By how much, as a share, the squared error of a codebook of the weight's own may be above the
  /// least that is possible, because of bins.
  public let excess: Double
}

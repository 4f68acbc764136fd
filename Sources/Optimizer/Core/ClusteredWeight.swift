import TFLite

/// What `cluster` made of weights.
package struct ClusterResult: StepResult {
  package internal(set) var weights: [TensorID: ClusteredWeight] = [:]
}

/// What `cluster` promises of a weight, for passes that come after it and for the report.
package struct ClusteredWeight: Sendable {
  /// The number of distinct values at most.
  package let clusters: Int
  package let scope: ClusterScope
  /// What shares the values: the tensor, or a channel of it.
  package let layout: ChannelLayout
  /// The integers that int8 must keep to.
  let levels: IntegerLevels?
  /// Σ (value − level)² ÷ Σ value²; of normalised channels with the shared codebook.
  package let relativeError: Double
  /// By how much, as a share, the squared error of a codebook of the weight's own may be above the
  /// least that is possible, because of bins.
  package let excess: Double
}

/// What shares a codebook.
package enum ClusterScope: String, CaseIterable, Sendable {
  case tensor
  case channel
  /// Integers for the tensor, or for all that can share them, times a scale for each channel.
  case shared
}

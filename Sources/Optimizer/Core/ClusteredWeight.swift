import TFLite

/// The result of `cluster`.
package struct ClusterResult: StepResult {
  package internal(set) var weights: [TensorID: ClusteredWeight] = [:]
}

/// What `cluster` promises of a weight, for passes that come after it and for the report.
package struct ClusteredWeight: Sendable {
  /// The greatest number of distinct values.
  package let clusters: Int
  package let scope: ClusterScope
  /// The unit that shares the values: the tensor, or a channel of it.
  package let layout: ChannelLayout
  /// The only integers that int8 may use.
  let levels: IntegerLevels?
  /// Σ (value − level)² ÷ Σ value²; with the shared codebook, of normalized channels.
  package let relativeError: Double
  /// A bound, as a share, on how far the squared error of the weight's own codebook is above the
  /// optimum, because of bins.
  package let excess: Double
}

/// What shares a codebook.
package enum ClusterScope: String, CaseIterable, Sendable {
  case tensor
  case channel
  /// One codebook of integers for the tensor, or for all tensors that can share it, and a scale for
  /// each channel.
  case shared
}

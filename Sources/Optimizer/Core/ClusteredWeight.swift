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

extension Job {
  /// The most values of integers that count as clusters where a file came in with them.
  private static let mostIntegers = 64
  /// The most clusters of a tensor, and zero.
  private static let mostValues = 257

  /// Returns what shares values where a weight has few of them, each for many elements: clusters of this run, or
  /// of a file that has them, in the tensor or in each channel of `layout`. Four bits are no clusters.
  func clusterScope(
    of id: TensorID, _ values: [Float], _ layout: ChannelLayout
  ) -> ClusterScope? {
    if let known = findings[ClusterResult.self]?.weights[id] {
      let isShared = known.scope == .shared && known.levels == nil
      // Integers of a file are shared; the values that they stand for, by channel.
      return isShared ? .channel : known.scope
    }
    let stored = file.model.subgraphs[id.subgraph].tensors
    let type = stored.indices.contains(id.index) ? stored[id.index].type : .float32
    guard [.float32, .int8].contains(type) else { return nil }
    let most = type == .int8 ? Self.mostIntegers : Self.mostValues
    /// The number of values; nil where these are too many.
    func distinct(_ values: [Float]) -> Int? {
      var (kept, found) = (0, Set<Float>())
      for value in values where value != 0 {
        kept += 1
        if found.insert(value).inserted, found.count > most { return nil }
      }
      return kept >= 16 && found.count * 4 <= kept ? found.count : nil
    }
    var channels = [[Float]](repeating: [], count: layout.channels)
    layout.forEachElement(in: values.indices) { channels[$1].append(values[$0]) }
    let own = channels.compactMap(distinct)
    if let all = distinct(values), own.isEmpty || all <= 2 * (own.max() ?? 0) { return .tensor }
    return own.count * 2 > channels.count ? .channel : nil
  }
}

import Optimizer
import TFLite

extension ReportDocument {
  /// Counts the distinct values of every clustered weight in the written file. Adds a warning if a
  /// weight has more than were asked for.
  package mutating func checkClusters(in file: ModelFile) {
    countClusters(in: file)
    let lost = tensors.filter { $0.clusters?.isKept == false }
    guard let first = lost.first, let clusters = first.clusters else { return }
    warnings.append(
      "\(Numbers.counted(lost.count, "weight")) with more distinct values than the "
        + "\(clusters.asked) asked for, such as '\(first.name)' (\(clusters.found ?? 0) in \(first.after.text))"
        + (clusters.scope == .shared ? "" : "; a shared codebook keeps them in int8"))
  }
}

extension ClusterScope {
  var inWords: String {
    switch self {
    case .tensor: "each"
    case .channel: "in each channel"
    case .shared: "each, integers times a scale for each channel"
    }
  }
}

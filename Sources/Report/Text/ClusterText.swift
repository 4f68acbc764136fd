extension ReportDocument {
  /// Lines of the report for people.
  var clusterLines: [String] {
    let all = tensors.compactMap { tensor in tensor.clusters.map { (tensor, $0) } }
    guard let (_, first) = all.first else { return [] }
    let elements = all.reduce(0.0) { $0 + Double($1.0.elements) }
    let error = all.reduce(0.0) { $0 + Double($1.0.elements) * $1.1.error * $1.1.error } / elements
    var text =
      "\(Numbers.counted(all.count, "tensor")) to at most \(first.asked) values "
      + "\(first.scope.inWords), weight error \(Numbers.short(error.squareRoot()))"
    if let most = all.compactMap(\.1.found).max() {
      text += "; the file has \(most)" + (first.isOfChannel ? " in a channel" : "")
    }
    let excess = all.map(\.1.excess).max() ?? 0
    guard excess > 0 else { return [text] }
    return [
      text, "k-means over 2^16 bins: at most \(Numbers.fixed(excess * 100, 3)) % above the optimum",
    ]
  }
}

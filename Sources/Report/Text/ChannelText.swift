import Optimizer

extension ReportDocument {
  /// Returns lines on the savings of removing channels.
  func channelLines(verbose: Bool) -> [(label: String, text: String)] {
    guard let channels else { return [] }
    let cut = channels.layers.filter { $0.removed > 0 }
    let removed = cut.reduce(0) { $0 + $1.removed }
    let all = channels.layers.reduce(0) { $0 + $1.channels }
    var lines = [
      (
        "channels",
        "\(removed) of \(all) would go (\(Numbers.percent(removed, all))), "
          + "in \(cut.count) of \(Numbers.counted(channels.layers.count, "layer")); an estimate"
      ),
      ("parameters", channels.parameters.text),
      ("products", channels.multiplications.text + " multiplications"),
    ]
    var reasons: [String: Int] = [:]
    for layer in channels.layers where layer.removed == 0 {
      reasons[(layer.reason ?? .hasTooFewToRemove).generalText, default: 0] += 1
    }
    let sorted = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    lines += sorted.enumerated().map { ($0 == 0 ? "all stay" : "", "\($1.value) × \($1.key)") }
    guard verbose else { return lines }
    return lines
      + channels.layers.map { layer in
        (
          "layer",
          "\(layer.kind) '\(layer.name)' \(layer.channels) → \(layer.channels - layer.removed) "
            + "channels, weight error \(Numbers.fixed(layer.weightError, 4)), "
            + "parameters \(layer.parameters.text)" + (layer.reason.map { ": \($0.text)" } ?? "")
        )
      }
  }
}

extension ChannelEstimate.Count {
  fileprivate var text: String { "\(before) → \(after) (\(Numbers.percent(after, before)))" }
}

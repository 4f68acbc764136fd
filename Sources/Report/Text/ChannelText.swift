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
    let reasons = channels.layers.filter { $0.removed == 0 }
      .map { ($0.reason ?? .hasTooFewToRemove).generalText }.frequencies()
    lines += reasons.enumerated().map { ($0 == 0 ? "all stay" : "", "\($1.count) × \($1.text)") }
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

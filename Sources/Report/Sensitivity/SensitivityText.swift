import Optimizer

extension SensitivityDocument {
  /// The longest list; JSON and HTML have all operators.
  private static let most = 40

  package func text(verbose: Bool) -> String {
    let names = sensitivities.forms.map(\.name)
    let head = "index".padded(7, left: true) + "  " + "kind".padded(23)
    var lines = ["\(input.path): \(summary)"] + preparations.map { "  \($0)" }
    lines.append("  SQNR of the worst output in dB, the most harmful operator first")
    lines.append(
      head + names.map { $0.padded(11, left: true) }.joined()
        + "  weights  multiplications  output")
    let rows = byHarm
    let shown = verbose ? rows[...] : rows.prefix(Self.most)
    for row in shown {
      let figures = row.signalTexts.map { $0.padded(11, left: true) }.joined()
      let weights = share(row.weights, of: sensitivities.weights).padded(9, left: true)
      let products = share(row.multiplications, of: sensitivities.multiplications)
      let output = ReadableText.shortened(row.output.isEmpty ? "(no name)" : row.output, to: 40)
      lines.append(
        "\(row.index)".padded(7, left: true) + "  "
          + ReadableText.shortened(row.kind, to: 22).padded(23) + figures + weights
          + products.padded(17, left: true) + "  \(output)")
    }
    if rows.count > shown.count {
      lines.append("  and \(rows.count - shown.count) less harmful ones; -v lists all operators")
    }
    return ReadableText.lines(lines)
  }
}

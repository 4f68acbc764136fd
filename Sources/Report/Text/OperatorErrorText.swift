extension ReportDocument {
  /// Returns the operators' errors for people, a line for each result; `verbose` adds RMSE and
  /// scale.
  package func debugText(verbose: Bool) -> String {
    guard let quality else { return "" }
    var lines = ["\(headline): compared on \(quality.source)"]
    lines += quality.preparations.map { "  \($0)" }
    lines.append(
      "   op  kind".padded(30) + "output".padded(32) + "type".padded(18)
        + "SQNR dB  RMSE/step  saturated    max abs"
        + (verbose ? "       RMSE      scale" : ""))
    for entry in quality.operators {
      var line = entry.place.padded(5, left: true) + "  " + entry.kind.padded(23)
      line +=
        ReadableText.shortened(entry.output.isEmpty ? "(no name)" : entry.output, to: 30)
        .padded(32) + entry.types.padded(18)
      guard let row = entry.row else {
        lines.append(line + "not in the first model")
        continue
      }
      line += row.signal.padded(7, left: true) + row.steps.padded(11, left: true)
      line += row.saturatedPercent.padded(11, left: true)
      line += row.greatestError.padded(11, left: true)
      if verbose {
        line += Numbers.short(row.rmse).padded(11, left: true)
        line += (row.scale.map(Numbers.short) ?? "–").padded(11, left: true)
      }
      if let factors = row.factors { line += "  \(factors)" }
      line += entry.weightText
      lines.append(line + (row.notFinite > 0 ? "  \(row.notFinite) NaN or infinite" : ""))
    }
    return ReadableText.lines(lines)
  }
}

extension ReportDocument.Quality.OperatorError {
  /// Such as "  int4 weights, error 9.31 %"; nothing for weights as in the first model.
  fileprivate var weightText: String {
    let error = weightError.map { "error \(Numbers.fixed($0 * 100, 2)) %" }
    guard let weights else { return error.map { "  weights' \($0)" } ?? "" }
    return "  \(weights.text) weights" + (error.map { ", \($0)" } ?? "")
  }
}

extension ReportDocument {
  /// Returns the comparison for people: outputs, then the ten worst tensors inside, or all.
  package func qualityText(allTensors: Bool) -> String {
    guard let quality else { return "" }
    var lines = ["\(headline): compared on \(quality.source)"]
    lines += quality.preparations.map { "  \($0)" }
    if let accuracy = quality.accuracy { lines.append("  top-1 \(accuracy.text)") }
    let heading = "    max abs      rel. L2     SQNR dB   cosine    argmax"
    lines.append("  output".padded(34) + heading)
    for output in quality.outputs {
      lines.append(output.text)
      if let worst = output.worstColumn { lines.append("    worst column \(worst)") }
      if let low = output.lowSamples(of: quality.samples) { lines.append("    \(low)") }
    }
    let worst = quality.worst
    let shown = allTensors ? quality.tensors : Array(worst.prefix(10))
    if !shown.isEmpty {
      lines.append((allTensors ? "  tensor" : "  worst tensors").padded(34) + heading)
      lines += shown.map(\.text)
    }
    let rest = quality.tensors.count - shown.count
    if rest > 0 {
      let differing = worst.count - shown.count
      let what = differing > 0 ? "\(differing) of them differ" : "all exact"
      lines.append("  and \(Numbers.counted(rest, "more tensor")), \(what); --verbose lists all")
    }
    return ReadableText.lines(lines)
  }
}

extension ReportDocument.Quality.Row {
  var text: String {
    let label = "  " + ReadableText.shortened(name.isEmpty ? "(no name)" : name, to: 30)
    guard isCompared else { return label.padded(34) + "    not compared: no numbers" }
    let broken = notFinite > 0 ? "  \(notFinite) NaN or infinite" : ""
    return label.padded(34) + Numbers.short(maxAbs).padded(11, left: true)
      + Numbers.short(relativeL2).padded(13, left: true)
      + signal.padded(12, left: true) + Numbers.fixed(cosine, 5).padded(9, left: true)
      + (agreement ?? "–").padded(10, left: true) + broken
  }
}

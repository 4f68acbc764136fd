/// The share of the stored bits that is information; the rest is what a compressor could save.
enum HTMLEntropy {
  private static let most = 30
  /// The entropy of n elements is at most log2 n bits, so it says nothing about few elements.
  private static let leastElements = 256

  static func section(_ report: ReportDocument) -> HTMLSection? {
    let largest = report.tensors.enumerated().compactMap { Row($0.element, $0.offset) }
      .sorted { ($1.constant.bytesAfter, $0.place) < ($0.constant.bytesAfter, $1.place) }
      .prefix(most)
    guard !largest.isEmpty else { return nil }
    let legend = SVGLegend(entries: [
      ("outline", "stored bits of an element"),
      ("filled", "order-0 entropy: the least that coding each element by itself can reach"),
      ("tick", "bits that deflate level 6 needs"),
    ])
    return HTMLSection(
      id: "entropy", title: "Entropy of the stored data",
      body: """
        <p>What a compressor could still gain. The bound leaves out the code's own table, which for \
        floats outweighs much of the gain; constants of fewer than \(leastElements) elements are \
        not shown.</p>
        <figure>
        \(chart(Array(largest)).markup)
        <figcaption>\(legend.markup)</figcaption>
        </figure>
        """)
  }

  private struct Row {
    let constant: ReportDocument.Constant
    let statistics: ReportDocument.Statistics
    let place: Int
    let storedBits: Double

    /// Returns nil without statistics. Index vectors stand for elements of sparse data, so its bits
    /// per element are not defined.
    init?(_ constant: ReportDocument.Constant, _ place: Int) {
      guard let statistics = constant.statistics, constant.elements >= leastElements,
        constant.bytesAfter > 0, statistics.entropyBits.isFinite,
        !constant.after.isSparse
      else { return nil }
      self.constant = constant
      self.statistics = statistics
      self.place = place
      storedBits = 8 * Double(constant.bytesAfter) / Double(constant.elements)
    }

    /// The share of the stored bits that order-0 coding would save.
    var gain: Double { max(0, 1 - statistics.entropyBits / storedBits) }
    var deflateBits: Double { 8 * Double(statistics.deflate) / Double(constant.elements) }
  }

  private static let left = 300.0
  private static let room = 380.0

  private static func chart(_ rows: [Row]) -> SVGChart {
    let most = rows.map(\.storedBits).max() ?? 0
    let bottom = 26 + 22 * Double(rows.count)
    let step: Double = most > 32 ? 16 : most > 8 ? 8 : 2
    var body = stride(from: 0, through: most, by: step).map { bits -> Markup in
      let x = left + SVGChart.length(bits, of: most, room)
      return SVGChart.rule(x: x, from: 20, to: bottom, "grid")
        + SVGChart.text(Numbers.fixed(bits, 0), x: x, y: 14, "muted middle")
    }
    body.append(SVGChart.text("bits", x: left - 10, y: 14, "muted end"))
    body.append(SVGChart.text("entropy", x: 752, y: 14, "muted end"))
    body.append(SVGChart.text("gain at most", x: 864, y: 14, "muted end"))
    body.append(SVGChart.text("zeros", x: SVGChart.width - 2, y: 14, "muted end"))
    body += rows.enumerated().map { line($1, y: 24 + 22 * Double($0), most: most) }
    return SVGChart(
      id: "entropy-chart", title: "Stored bits and entropy of the largest constants",
      summary: "For the \(rows.count) largest constants the bits of an element as stored, its "
        + "order-0 entropy and the share of zeros; the table of all constants has the figures.",
      height: bottom + 4, body: body)
  }

  private static func line(_ row: Row, y: Double, most: Double) -> Markup {
    let entropy = row.statistics.entropyBits
    let stored = SVGChart.length(row.storedBits, of: most, room)
    let tick = left + SVGChart.length(row.deflateBits, of: most, room)
    let text =
      "\(ReadableText.shortened(row.constant.name, to: 240)): \(Numbers.fixed(entropy, 2)) of "
      + "\(Numbers.fixed(row.storedBits, 0)) bits"
    return SVGChart.text(row.constant.shortName, x: left - 10, y: y + 15, "end")
      + SVGChart.bar(
        x: left, y: y + 4, width: SVGChart.length(entropy, of: most, room), height: 14, "filled",
        title: text)
      + SVGChart.bar(
        x: left + 0.5, y: y + 4.5, width: max(0, stored - 1), height: 13, "outline")
      + SVGChart.rule(x: tick, from: y + 2, to: y + 20, "tick")
      + SVGChart.text(Numbers.fixed(entropy, 2), x: 752, y: y + 15, "end")
      + SVGChart.text("\(Numbers.fixed(100 * row.gain, 1)) %", x: 864, y: y + 15, "end")
      + SVGChart.text(
        Numbers.percent(row.statistics.zeros, row.constant.elements), x: SVGChart.width - 2,
        y: y + 15, "end")
  }
}

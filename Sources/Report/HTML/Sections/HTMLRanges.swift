import Evaluation

/// How the values of the worst results lie in the range of their integers.
enum HTMLRanges {
  private static let most = 10

  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let quality = report.quality, !quality.isRandom else { return nil }
    let worst = quality.worst.filter { $0.histogram != nil }.prefix(most)
    guard !worst.isEmpty else { return nil }
    let names = HTMLNames(quality.tensors.map(\.name))
    let legend = SVGLegend(entries: [("series-0", "the first model"), ("series-3", "the result")])
    return HTMLSection(
      id: "ranges", title: "Ranges of the \(worst.count) worst results",
      body: """
        <p>The spread of values over the range of the integers, whose ends are the dashed lines, on \
        \(quality.source). Heights are roots of counts, so that rare values show. Values that fill a \
        small part of the range waste steps; those beyond its ends are cut off.</p>
        <div class="small-charts">
        \(worst.enumerated().map { figure($1, $0, names) })</div>
        \(legend.markup)
        """)
  }

  private static func figure(
    _ row: ReportDocument.Quality.Row, _ index: Int, _ names: HTMLNames
  ) -> Markup {
    """
    <figure><figcaption>\(names.cell(row.name))<br/><span class="muted">\
    \(ReadableText.shortened(row.operatorName, to: 32)), \(HTMLQuality.signal(row)) dB, \
    \(row.steps) steps\(row.saturatedShare == nil ? "" : ", \(row.saturatedPercent) cut off")\
    </span></figcaption>
    \(drawing(row, index).markup)</figure>

    """
  }

  private static let bottom = 92.0

  private static func drawing(_ row: ReportDocument.Quality.Row, _ index: Int) -> SVGChart {
    SVGChart(
      id: "range-\(index)", title: "Values of \(ReadableText.shortened(row.name, to: 120))",
      summary: "Counts of values in the range of the integers, of both models.", format: .small,
      height: bottom + 20, body: row.histogram.map(body) ?? "")
  }

  /// Areas for the first model, a line for the result.
  private static func body(_ histogram: ValueHistogram) -> Markup {
    let width = SVGChart.Format.small.width
    let step = width / Double(histogram.reference.count)
    let most = Double(max(1, histogram.reference.max() ?? 1, histogram.other.max() ?? 1))
    func height(_ count: Int) -> Double { (Double(count) / most).squareRoot() * (bottom - 6) }
    func corners(_ counts: [Int]) -> [SVGChart.Point] {
      counts.enumerated().flatMap { bin, count in
        [bin, bin + 1].map { SVGChart.Point(x: Double($0) * step, y: bottom - height(count)) }
      }
    }
    let ground = [0, width].map { SVGChart.Point(x: $0, y: bottom) }
    var markup =
      SVGChart.path([ground[0]] + corners(histogram.reference) + [ground[1]], "area series-0")
      + SVGChart.path(corners(histogram.other), "outline series-3")
    let ends = [
      (ValueHistogram.beyond, histogram.range.lowerBound, ""),
      (ValueHistogram.beyond + ValueHistogram.inside, histogram.range.upperBound, "end"),
    ]
    for (bin, value, anchor) in ends {
      let x = Double(bin) * step
      markup += SVGChart.line(from: .init(x: x, y: 2), to: .init(x: x, y: bottom), "limit")
      markup += SVGChart.text(
        Numbers.short(Double(value)), x: x, y: bottom + 14, "muted \(anchor)")
    }
    return markup
  }
}

/// The error along the network, as a chart.
enum HTMLErrors {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let quality = report.quality, let chart = ErrorChart(quality) else { return nil }
    let limit = Numbers.fixed(ReportDocument.Quality.poor, 0)
    let legend = SVGLegend(entries: [
      ("good", "\(limit) dB and more"), ("low", "below \(limit) dB"),
      ("bad", "below \(Numbers.fixed(QualityLevel.leastLow, 0)) dB, NaN or infinite"),
    ])
    return HTMLSection(
      id: "errors", title: "Error along the network",
      body: """
        <p>Results inside the network on \(quality.source), in the order of execution: where the \
        line falls, the error begins.</p>
        <figure>
        \(SVGChart.both(chart.drawing))<figcaption>\(legend.markup)</figcaption>
        </figure>
        """)
  }
}

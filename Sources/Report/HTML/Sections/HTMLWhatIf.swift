/// Size against error of the estimated choices, as a chart and a table.
enum HTMLWhatIf {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.whatIf.isEmpty else { return nil }
    let chart = WhatIfChart(report.whatIf)
    return HTMLSection(
      id: "what-if", title: "What if",
      body: """
        <p>Each mark is a choice of zeros and of distinct values; a number is that of the distinct \
        values. Further left the weights change less, further down the download is smaller: filled \
        marks are the choices that no other beats in both. The weights' error is not the outputs': \
        <code>--rep-data</code> without <code>--what-if</code> measures those.</p>
        <figure>
        \(SVGChart.both(chart.drawing))<figcaption>\(chart.legend.markup)</figcaption>
        </figure>
        \(table(report.whatIf))
        """)
  }

  private static func table(_ rows: [ReportDocument.WhatIf]) -> Markup {
    let hasIntegers = rows.contains { $0.int8 != nil }
    let figures = ["file", "deflate", "order-0 bound"]
    let columns =
      figures.map { HTMLTable.Column("As stored: \($0)", .number) }
      + (hasIntegers ? figures.map { HTMLTable.Column("As int8: \($0)", .number) } : [])
    let table = HTMLTable(
      id: "what-if-table", caption: "What other choices would give; sizes in bytes",
      columns: [
        .init("Zeros"), .init("Values", .number), .init("Weight error", .number),
      ] + columns, noun: "choice", filter: 0)
    return table.markup(rows) { row in
      ["\(Numbers.fixed(row.sparsity * 100, 0)) %", "\(row.values)", "\(row.errorText)"]
        + cells(row.stored) + (hasIntegers ? cells(row.int8) : [])
    }
  }

  private static func cells(_ figures: ReportDocument.Compressibility?) -> [Markup] {
    guard let figures else { return ["", "", ""] }
    return [.grouped(figures.raw), .grouped(figures.deflate6), .grouped(figures.entropyBound)]
  }
}

/// The chart: a line for each share of zeros, along which the number of values falls.
struct WhatIfChart {
  private struct Mark {
    let row: ReportDocument.WhatIf
    let series: Int
    let bytes: Double
    /// Whether no other choice has both a smaller error and a smaller download.
    var isBest = false
  }

  private let marks: [Mark]
  private let sparsities: [Double]

  init(_ rows: [ReportDocument.WhatIf]) {
    let sparsities = Set(rows.map(\.sparsity)).sorted()
    let all = rows.map { row in
      Mark(
        row: row, series: sparsities.firstIndex(of: row.sparsity) ?? 0,
        bytes: Double((row.int8 ?? row.stored).deflate6))
    }
    marks = all.map { mark in
      var mark = mark
      mark.isBest = !all.contains { other in
        other.row.weightError <= mark.row.weightError && other.bytes <= mark.bytes
          && (other.row.weightError < mark.row.weightError || other.bytes < mark.bytes)
      }
      return mark
    }
    self.sparsities = sparsities
  }

  var legend: SVGLegend {
    SVGLegend(
      entries: sparsities.enumerated().map { index, sparsity in
        (
          Self.style(index),
          sparsity == 0 ? "no zeros added" : "\(Numbers.fixed(sparsity * 100, 0)) % zeros"
        )
      })
  }

  private static func style(_ series: Int) -> String { "series-\(series % 4)" }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let height = isWide ? 440.0 : 400.0
    let most = (
      error: marks.map(\.row.weightError).max() ?? 1, bytes: marks.map(\.bytes).max() ?? 1
    )
    let frame = SVGFrame(
      format: format, top: 34, bottom: height - 46,
      x: .numbers(0...max(most.error, 1e-6), most: isWide ? 10 : 4),
      y: .bytes(to: most.bytes, most: 6))
    let hasIntegers = marks.contains { $0.row.int8 != nil }
    return SVGChart(
      id: "what-if-chart", title: "Download against weight error",
      summary: "A mark for each choice: to the right the weights' error, upwards the download. The "
        + "table that follows has the figures.",
      format: format, height: height,
      body: frame.markup(
        xTitle: "weights' relative error (L2)",
        yTitle: "download\(hasIntegers ? " as int8" : ""), deflate level 6")
        + lines(frame) + dots(frame) + labels(frame, height))
  }

  private func lines(_ frame: SVGFrame) -> Markup {
    sparsities.indices.reduce("") { markup, series in
      let points = marks.filter { $0.series == series }
        .map { frame.point($0.row.weightError, $0.bytes) }
      return markup + SVGChart.path(points, "way \(Self.style(series))")
    }
  }

  private func dots(_ frame: SVGFrame) -> Markup {
    marks.reduce("") { markup, mark in
      let point = frame.point(mark.row.weightError, mark.bytes)
      return markup
        + SVGChart.dot(
          x: point.x, y: point.y, radius: 5,
          "dot \(Self.style(mark.series))\(mark.isBest ? "" : " hollow")",
          title: "\(mark.row.label): error \(mark.row.errorText), \(Numbers.bytes(Int(mark.bytes)))"
        )
    }
  }

  /// The best choices get their label first; where there is no room the hover text must do.
  private func labels(_ frame: SVGFrame, _ height: Double) -> Markup {
    var labels = SVGLabels(from: SVGFrame.left, width: frame.format.width, height: height - 46)
    for mark in marks {
      labels.reserve(frame.point(mark.row.weightError, mark.bytes), radius: 4)
    }
    return (marks.filter(\.isBest) + marks.filter { !$0.isBest }).reduce("") { markup, mark in
      let point = frame.point(mark.row.weightError, mark.bytes)
      let label = labels.place(mark.row.values, at: point, mark.isBest ? "strong" : "muted")
      return "\(markup)\(label)"
    }
  }
}

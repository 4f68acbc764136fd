/// What `auto` tried: download against quality, as a chart and a table.
enum HTMLChoice {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let choice = report.choice else { return nil }
    let chart = ChoiceChart(choice.candidates)
    let tree = choice.branches.reduce("" as Markup) { list, branch in
      list + "<li>\(branch.text)</li>\n"
    }
    let table = HTMLTable(
      id: "choice-table", caption: "Steps as 'optimize pipeline' takes them; sizes in bytes",
      columns: [
        .init("No.", .number), .init("Steps"), .init("Verdict"), .init("Download", .number),
        .init("File", .number), .init("SQNR, dB", .number), .init("Argmax, %", .number),
        .init("Top-1 lost", .number), .init("ms here", .number), .init("On target, %", .number),
        .init("Remark"),
      ], noun: "candidate", filter: 2)
    return HTMLSection(
      id: "choice", title: "What was tried",
      body: """
        <ul>
        \(tree)</ul>
        <p>Each mark is a candidate by its number in the table. Further down the download is smaller, \
        further right the outputs are better: filled marks are those that no other beats in both.</p>
        <figure>
        \(SVGChart.both(chart.drawing))</figure>
        \(table.markup(Array(choice.candidates.enumerated())) { cells($0.offset + 1, $0.element) })
        """)
  }

  private static func cells(_ number: Int, _ candidate: Choice.Candidate) -> [Markup] {
    let start: [Markup] = [
      "\(number)", "<code>\(candidate.steps.joined(separator: " "))</code>", "\(candidate.mark)",
    ]
    guard let result = candidate.result else {
      return start + Array(repeating: "" as Markup, count: 7)
        + ["\(candidate.remarks.joined(separator: "; "))"]
    }
    return start + [
      .grouped(result.download), .grouped(result.bytes),
      "\(result.signal.isFinite ? Numbers.fixed(result.signal, 1) : "exact")",
      "\(result.agreement.map { Numbers.fixed($0 * 100, 1) } ?? "")",
      "\(result.drop.map { Numbers.fixed($0, 2) } ?? "")",
      "\(Numbers.fixed(result.secondsPerRun * 1e3, 2))",
      "\(result.shareOnTarget.map { Numbers.fixed($0 * 100, 0) } ?? "")",
      "\(candidate.remarks.joined(separator: "; "))",
    ]
  }
}

/// The chart: a mark for each candidate that gave a file.
struct ChoiceChart {
  private struct Mark {
    let number: Int
    let candidate: Choice.Candidate
    let result: Choice.Candidate.Result
    /// Exact outputs stand at the right edge.
    let signal: Double
  }

  private let marks: [Mark]

  init(_ candidates: [Choice.Candidate]) {
    let finite = candidates.compactMap { $0.result?.signal }.filter(\.isFinite)
    let most = finite.max() ?? 0
    marks = candidates.enumerated().compactMap { index, candidate in
      candidate.result.map {
        Mark(
          number: index + 1, candidate: candidate, result: $0,
          signal: $0.signal.isFinite ? $0.signal : most)
      }
    }
  }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let height = isWide ? 400.0 : 360.0
    let signals = marks.map(\.signal)
    let frame = SVGFrame(
      format: format, top: 34, bottom: height - 46,
      x: .numbers(
        min(0, signals.min() ?? 0)...max(1, signals.max() ?? 1), most: isWide ? 10 : 4),
      y: .bytes(to: Double(marks.map(\.result.download).max() ?? 1), most: 6))
    return SVGChart(
      id: "choice-chart", title: "Download against quality",
      summary:
        "A mark for each candidate: to the right the signal-to-noise ratio of the worst output, "
        + "upwards the download. The table that follows has the figures.",
      format: format, height: height,
      body: frame.markup(
        xTitle: "worst output, SQNR in dB", yTitle: "download, deflate level 6")
        + dots(frame) + labels(frame, height))
  }

  private func place(_ mark: Mark, _ frame: SVGFrame) -> SVGChart.Point {
    frame.point(mark.signal, Double(mark.result.download))
  }

  private func dots(_ frame: SVGFrame) -> Markup {
    marks.reduce("") { markup, mark in
      let point = place(mark, frame)
      let style = mark.candidate.isChosen ? "series-1" : "series-0"
      return markup
        + SVGChart.dot(
          x: point.x, y: point.y, radius: mark.candidate.isChosen ? 7 : 5,
          "dot \(style)\(mark.candidate.isOnFront || mark.candidate.isChosen ? "" : " hollow")",
          title: "\(mark.candidate.steps.joined(separator: " ")): "
            + mark.result.cells.prefix(3).joined(separator: ", "))
    }
  }

  /// The chosen one and the front get their numbers first; where there is no room the hover text
  /// must do.
  private func labels(_ frame: SVGFrame, _ height: Double) -> Markup {
    var labels = SVGLabels(from: SVGFrame.left, width: frame.format.width, height: height - 46)
    for mark in marks { labels.reserve(place(mark, frame), radius: 4) }
    let isFirst: (Mark) -> Bool = { $0.candidate.isChosen || $0.candidate.isOnFront }
    return (marks.filter(isFirst) + marks.filter { !isFirst($0) }).reduce("") { markup, mark in
      let label = labels.place(
        "\(mark.number)", at: place(mark, frame), isFirst(mark) ? "strong" : "muted")
      return "\(markup)\(label)"
    }
  }
}

/// The error of each result in the order in which they are made: SQNR above, and below it the error
/// in steps of the integers.
struct ErrorChart {
  private struct Point {
    /// The place in the order.
    let index: Int
    let kind: String
    let name: String
    let row: ReportDocument.Quality.Row

    /// Decibels; nil if exact.
    var signal: Double? { row.isExact || row.sqnr == .infinity ? nil : max(-10, row.sqnr) }

    var title: String {
      let steps = row.rmsePerScale.map { ", RMSE \(Numbers.fixed($0, 2)) steps" } ?? ""
      return
        "\(index) \(ReadableText.shortened(kind, to: 48)) '\(ReadableText.shortened(name, to: 48))': \(row.signal)"
        + (signal == nil ? "" : " dB") + steps
    }
  }

  private let points: [Point]
  private let count: Int
  /// What the horizontal axis counts.
  private let place: String
  /// More than a drawing can show are drawn by the worst of each group.
  private static let most = (wide: 200, narrow: 100)

  /// Returns nil if no result has an error.
  init?(_ quality: ReportDocument.Quality) {
    let rows = quality.operators
    points =
      rows.isEmpty
      ? quality.tensors.enumerated().filter(\.element.isCompared).map { index, row in
        Point(index: index, kind: row.operatorName, name: row.name, row: row)
      }
      : rows.enumerated().compactMap { index, entry in
        entry.row.map { Point(index: index, kind: entry.kind, name: entry.output, row: $0) }
      }
    place = rows.isEmpty ? "result" : "operator"
    count = rows.isEmpty ? quality.tensors.count : rows.count
    guard points.count > 1, points.contains(where: { $0.signal != nil }) else { return nil }
  }

  var hasSteps: Bool { points.contains { $0.row.rmsePerScale != nil } }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let first = 34.0...(isWide ? 230.0 : 210)
    let second = first.upperBound + 78...first.upperBound + (isWide ? 200 : 190)
    let x = SVGAxis.numbers(0...Double(max(count - 1, 1)), most: isWide ? 12 : 5)
    let height = (hasSteps ? second : first).upperBound + 42
    var body = signals(format, x, first)
    if hasSteps { body += steps(format, x, second) }
    return SVGChart(
      id: "errors-chart", title: "Error along the network",
      summary: "The signal-to-noise ratio of each result in the order of execution"
        + (hasSteps ? ", and its error in steps of the integers" : "")
        + ". The tables of quality and of operators have the figures.",
      format: format, height: height, body: body)
  }

  /// Returns the points of a drawing: the worst of each stretch if there are too many.
  private func thinned(_ format: SVGChart.Format, _ badness: (Point) -> Double) -> [Point] {
    let most = format == .wide ? Self.most.wide : Self.most.narrow
    guard points.count > most else { return points }
    return (0..<most).compactMap { part in
      points[part * points.count / most..<(part + 1) * points.count / most]
        .max { badness($0) < badness($1) }
    }
  }

  // MARK: Signal

  private func signals(
    _ format: SVGChart.Format, _ x: SVGAxis, _ area: ClosedRange<Double>
  ) -> Markup {
    let shown = thinned(format) { -($0.signal ?? .infinity) }
    let finite = shown.compactMap(\.signal)
    let frame = SVGFrame(
      format: format, top: area.lowerBound, bottom: area.upperBound, x: x,
      y: .numbers(min(0, finite.min() ?? 0)...max(40, min(200, finite.max() ?? 40)), most: 5))
    let limit = ReportDocument.Quality.poor
    var labels = SVGLabels(from: SVGFrame.left, width: format.width, height: area.upperBound)
    labels.reserve(shown.map { spot($0, frame) })
    return frame.markup(
      xTitle: place, yTitle: "SQNR, dB (more is better; exact at the top)")
      + SVGChart.line(
        from: frame.point(x.range.lowerBound, limit), to: frame.point(x.range.upperBound, limit),
        "limit")
      + SVGChart.path(shown.map { spot($0, frame) }, "way")
      + shown.reduce("") { markup, point in
        let spot = spot(point, frame)
        let level = point.row.level?.style ?? ""
        return markup
          + SVGChart.dot(
            x: spot.x, y: spot.y, radius: 3.5, "dot \(level)",
            title: format == .wide ? point.title : nil)
      } + names(shown, frame, &labels)
  }

  private func spot(_ point: Point, _ frame: SVGFrame) -> SVGChart.Point {
    frame.point(Double(point.index), point.signal ?? frame.y.range.upperBound)
  }

  /// The kinds of the three worst results, where there is room.
  private func names(_ shown: [Point], _ frame: SVGFrame, _ labels: inout SVGLabels) -> Markup {
    let worst = shown.filter { $0.signal != nil }
      .sorted { ($0.signal ?? 0, $0.index) < ($1.signal ?? 0, $1.index) }.prefix(3)
    return worst.reduce("") { markup, point in
      let text = "\(point.index) \(ReadableText.shortened(point.kind, to: 24))"
      return "\(markup)\(labels.place(text, at: spot(point, frame), "strong"))"
    }
  }

  // MARK: Steps

  private func steps(
    _ format: SVGChart.Format, _ x: SVGAxis, _ area: ClosedRange<Double>
  ) -> Markup {
    let shown = thinned(format) { $0.row.rmsePerScale ?? 0 }.filter { $0.row.rmsePerScale != nil }
    // Rounding alone causes 0.29; a range that cuts off can cause thousands.
    let powers = shown.compactMap(\.row.rmsePerScale).filter { $0 > 0 && $0.isFinite }
      .map(SVGAxis.logarithm)
    let most = min(9, max(1, Int((powers.max() ?? 1).rounded(.up))))
    let least = max(-4, min(-1, Int((powers.min() ?? -1).rounded(.down))))
    let frame = SVGFrame(
      format: format, top: area.lowerBound, bottom: area.upperBound, x: x,
      y: .powers(least...most))
    // The points above have the same texts, which are most of a large drawing.
    let hasTips = format == .wide && shown.count < 100
    return frame.markup(xTitle: place, yTitle: "RMSE, in steps (rounding alone: 0.29)")
      + shown.reduce("") { markup, point in
        let top = frame.point(Double(point.index), point.row.rmsePerScale ?? 0)
        let bottom = SVGChart.Point(x: top.x, y: area.upperBound)
        return markup + SVGChart.line(from: bottom, to: top, "stem")
          + SVGChart.dot(
            x: top.x, y: top.y, radius: 3, "dot", title: hasTips ? point.title : nil)
      }
  }
}

/// The bytes of the file by purpose: a bar for each state and the same as a table.
enum HTMLAnatomy {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let anatomy = report.anatomy else { return nil }
    let rows = zip(anatomy.before, anatomy.after).map { before, after in
      Row(category: before.category, before: before.bytes, after: after.bytes)
    }.filter { $0.before > 0 || $0.after > 0 }
    guard !rows.isEmpty else { return nil }
    let hasAfter = report.hasAfter
    return HTMLSection(
      id: "anatomy", title: "Bytes by category",
      body: """
        <figure>
        \(chart(rows, hasAfter).markup)
        </figure>
        \(table(rows, hasAfter))
        """)
  }

  private struct Row {
    let category: String
    let before: Int
    let after: Int
  }

  // MARK: Chart

  private static func chart(_ rows: [Row], _ hasAfter: Bool) -> SVGChart {
    let before = rows.map { ($0.category, $0.before) }
    let after = rows.map { ($0.category, $0.after) }
    let bars = hasAfter ? [("before", before), ("after", after)] : [("file", before)]
    let whole = bars.map { sum($0.1) }.max() ?? 0
    let body = bars.enumerated().map { index, bar in
      stack(bar.0, bar.1, top: 6 + 48 * Double(index), whole: whole)
    }
    let sums = bars.map { "\($0.0) \(Numbers.bytes(sum($0.1)))" }
    return SVGChart(
      id: "anatomy-chart", title: "Bytes of the file by category",
      summary: sums.joined(separator: ", ") + "; the table that follows has the figures.",
      height: 48 * Double(bars.count) + 2, body: body)
  }

  private static func sum(_ parts: [(category: String, bytes: Int)]) -> Int {
    parts.reduce(0) { $0 + $1.bytes }
  }

  private static func stack(
    _ label: String, _ parts: [(category: String, bytes: Int)], top: Double, whole: Int
  ) -> Markup {
    let (left, room) = (62.0, SVGChart.width - 62 - 100)
    var x = left
    var markup = SVGChart.text(label, x: left - 10, y: top + 24, "end")
    for part in parts where part.bytes > 0 {
      let width = SVGChart.length(Double(part.bytes), of: Double(whole), room)
      let title = "\(part.category): \(Numbers.bytes(part.bytes))"
      // A gap parts the colours, where there is room for one.
      markup += SVGChart.bar(
        x: x, y: top, width: width > 3 ? width - 1 : width, height: 36, "part \(part.category)",
        title: title)
      if width > Double(title.count) * 7 + 16 {
        markup += SVGChart.text(title, x: x + 10, y: top + 23, "on-part")
      }
      x += width
    }
    return markup
      + SVGChart.text(Numbers.bytes(sum(parts)), x: x + 8, y: top + 23, "strong")
  }

  // MARK: Table

  private static func table(_ rows: [Row], _ hasAfter: Bool) -> Markup {
    let before = rows.reduce(0) { $0 + $1.before }
    let after = rows.reduce(0) { $0 + $1.after }
    let columns: [HTMLTable.Column] =
      hasAfter
      ? [
        .init("Category", .name), .init("Bytes before", .number), .init("Bytes after", .number),
        .init("Change", .number), .init("Share after", .number),
      ]
      : [.init("Category", .name), .init("Bytes", .number), .init("Share", .number)]
    func cells(_ label: Markup, _ row: Row) -> [Markup] {
      let share: Markup = "\(Numbers.percent(row.after, after))"
      guard hasAfter else { return [label, .grouped(row.before), share] }
      return [
        label, .grouped(row.before), .grouped(row.after), .grouped(row.after - row.before), share,
      ]
    }
    let table = HTMLTable(
      caption: "Bytes of the file by category", columns: columns, noun: "category",
      isSortable: false,
      total: cells("file", Row(category: "file", before: before, after: after)))
    return table.markup(rows) { row in
      cells("<span class=\"swatch \(row.category)\"></span>\(row.category)", row)
    }
  }
}

/// A chart of size against error for the estimated choices.
enum HTMLWhatIf {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.whatIf.isEmpty else { return nil }
    let table = HTMLTable(
      caption: "What other choices would give; sizes in bytes",
      columns: [
        .init("Choice", .name), .init("Weight error", .number), .init("File", .number),
        .init("Deflate", .number), .init("Order-0 bound", .number), .init("As int8", .number),
        .init("Deflate of int8", .number), .init("Bound of int8", .number),
      ], noun: "choice")
    let body = table.markup(report.whatIf) { row in
      [
        "\(row.label)", "\(Numbers.fixed(row.weightError, 4))", .grouped(row.stored.raw),
        .grouped(row.stored.deflate6), .grouped(row.stored.entropyBound),
        row.int8.map { .grouped($0.raw) } ?? .none, row.int8.map { .grouped($0.deflate6) } ?? .none,
        row.int8.map { .grouped($0.entropyBound) } ?? .none,
      ]
    }
    return HTMLSection(id: "what-if", title: "What if", body: chart(report.whatIf) + body)
  }

  private static let height = 300.0
  private static let (left, right, top, bottom) = (60.0, 40.0, 20.0, 40.0)

  private static func chart(_ rows: [ReportDocument.WhatIf]) -> Markup {
    let sizes = rows.map { Double(($0.int8 ?? $0.stored).deflate6) }
    let (size, error) = (sizes.max() ?? 1, rows.map(\.weightError).max() ?? 1)
    let width = SVGChart.width - left - right
    let room = height - top - bottom
    let marks = zip(rows, sizes).map { row, bytes -> Markup in
      let x = left + SVGChart.length(row.weightError, of: error, width)
      let y = height - bottom - SVGChart.length(bytes, of: size, room)
      let name = row.clusters.map(String.init) ?? "all"
      return SVGChart.bar(
        x: x - 3, y: y - 3, width: 6, height: 6, "after",
        title: "\(row.label): error \(Numbers.fixed(row.weightError, 4)), "
          + "\(Numbers.bytes(Int(bytes)))")
        + SVGChart.text(name, x: x + 6, y: y - 4)
    }
    return SVGChart(
      id: "what-if-chart", title: "Download against weight error",
      summary: "A mark for each choice: to the right the weights' error, upwards the download.",
      height: height,
      body: marks + [
        SVGChart.text("weight error, up to \(Numbers.fixed(error, 3))", x: left, y: height - 8),
        SVGChart.text("download, up to \(Numbers.bytes(Int(size)))", x: left, y: 12),
      ]
    ).markup
  }
}

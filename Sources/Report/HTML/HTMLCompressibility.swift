/// The sizes of the files under deflate, and the bound of order-0 coding.
enum HTMLCompressibility {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let change = report.compressibility, let before = change.before ?? change.after else {
      return nil
    }
    let after = change.before == nil ? nil : change.after
    let by = report.deflateBy.map { name -> Markup in "<p>Deflate by \(name).</p>\n" }
    return HTMLSection(
      id: "compressibility", title: "Compressibility",
      body: """
        \(by)\(table(before, after))
        """)
  }

  private typealias Figures = ReportDocument.Compressibility

  private static func table(_ before: Figures, _ after: Figures?) -> Markup {
    var columns: [HTMLTable.Column] = [
      .init("Figure", .name), .init(after == nil ? "Bytes" : "Bytes before", .number),
      .init("Of the file", .number),
    ]
    if after != nil {
      columns += [.init("Bytes after", .number), .init("Of the file", .number)]
    }
    let rows: [(label: String, value: (Figures) -> Int?)] = [
      ("file", { $0.raw }), ("deflate level 6", { $0.deflate6 }),
      ("deflate level 9", { $0.deflate9 }),
      ("bound of order-0 coding of the constants, all else raw", { $0.entropyBound }),
    ]
    let shown = rows.filter { $0.value(before) != nil || after.flatMap($0.value) != nil }
    let table = HTMLTable(
      caption: "Size of the file under compression", columns: columns, isSortable: false)
    return table.markup(shown) { row in
      ["\(row.label)"] + cells(row.value(before), before) + cells(after.flatMap(row.value), after)
    }
  }

  private static func cells(_ value: Int?, _ figures: Figures?) -> [Markup] {
    guard let value, let figures else { return [.none, .none] }
    return [.grouped(value), "\(Numbers.percent(value, figures.raw))"]
  }
}

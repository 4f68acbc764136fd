/// Where the bytes are: constants as areas, then the file by category and constants by encoding.
enum HTMLBytes {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    let stored = report.tensors.filter { $0.largerBytes > 0 }
    let map = ByteMap(report, HTMLNames(report.tensors.map(\.name)))
    let figure: Markup? =
      stored.isEmpty
      ? nil
      : """
      <figure>
      \(SVGChart.both(map.drawing))<figcaption>\(map.legend.markup)</figcaption>
      </figure>

      """
    let tables = [categories(report), groups(report), compressed(report)].compactMap { $0 }
    guard figure != nil || !tables.isEmpty else { return nil }
    return HTMLSection(
      id: "bytes", title: "Where the bytes are",
      body: "\(figure)<div class=\"beside\">\n\(tables)</div>")
  }

  // MARK: Categories

  private static func categories(_ report: ReportDocument) -> Markup? {
    guard let anatomy = report.anatomy else { return nil }
    let rows = zip(anatomy.before, anatomy.after).filter { $0.0.bytes + $0.1.bytes > 0 }
    guard !rows.isEmpty else { return nil }
    let sums = (
      rows.reduce(0) { $0 + $1.0.bytes }, rows.reduce(0) { $0 + $1.1.bytes }
    )
    func cells(_ label: String, _ before: Int, _ after: Int) -> [Markup] {
      report.hasAfter
        ? ["\(label)", .grouped(before), .grouped(after), .grouped(after - before)]
        : ["\(label)", .grouped(before), "\(Numbers.percent(before, sums.0))"]
    }
    let columns: [HTMLTable.Column] =
      report.hasAfter
      ? [.init("Bytes before", .number), .init("Bytes after", .number), .init("Change", .number)]
      : [.init("Bytes", .number), .init("Share", .number)]
    let table = HTMLTable(
      id: "categories", caption: "Bytes of the file by category",
      columns: [.init("Category", .name)] + columns, noun: "category", isSortable: false,
      total: cells("file", sums.0, sums.1))
    return table.markup(rows) { cells($0.0.category, $0.0.bytes, $0.1.bytes) } + "\n"
  }

  // MARK: Groups

  private static func groups(_ report: ReportDocument) -> Markup? {
    guard !report.tensors.isEmpty else { return nil }
    let groups = report.tensors.inGroups { constant in
      constant.presence == .both
        ? "\(constant.role.text) \(constant.encodings)"
        : "\(constant.presence.rawValue): \(constant.role.text) \(constant.before.text)"
    }
    let rows = groups.map { title, members in
      (
        title: title, count: members.count, before: members.reduce(0) { $0 + $1.bytesBefore },
        after: members.reduce(0) { $0 + $1.bytesAfter }
      )
    }.greatestFirst(by: \.before)
    let columns: [HTMLTable.Column] =
      report.hasAfter
      ? [.init("Bytes before", .number), .init("Bytes after", .number)] : [.init("Bytes", .number)]
    let table = HTMLTable(
      id: "groups", caption: "Constants by role and encoding",
      columns: [.init("Role and encoding", .name), .init("Constants", .number)] + columns,
      limit: 20, noun: "group")
    return table.markup(rows) { group in
      ["\(group.title)", .grouped(group.count), .grouped(group.before), .grouped(group.after)]
    } + "\n"
  }

  // MARK: Compression

  private static func compressed(_ report: ReportDocument) -> Markup? {
    guard let change = report.compressibility, let before = change.before ?? change.after else {
      return nil
    }
    let after = change.before == nil ? nil : change.after
    let rows: [(label: String, value: (ReportDocument.Compressibility) -> Int?)] = [
      ("file", { $0.raw }), ("deflate level 6", { $0.deflate6 }),
      ("deflate level 9", { $0.deflate9 }),
      ("bound of order-0 coding", { $0.entropyBound }),
    ]
    let shown = rows.filter { $0.value(before) != nil || after.flatMap($0.value) != nil }
    let table = HTMLTable(
      id: "compressibility",
      caption: "Size under compression" + (report.deflateBy.map { "; deflate by \($0)" } ?? ""),
      columns: [.init("Figure", .name), .init(after == nil ? "Bytes" : "Bytes before", .number)]
        + (after == nil ? [.init("Of the file", .number)] : [.init("Bytes after", .number)]),
      isSortable: false)
    return table.markup(shown) { row in
      let first = row.value(before)
      return ["\(row.label)", first.map(Markup.grouped) ?? ""]
        + (after.map { [row.value($0).map(Markup.grouped) ?? ""] }
          ?? [first.map { "\(Numbers.percent($0, before.raw))" } ?? ""])
    } + "\n"
  }
}

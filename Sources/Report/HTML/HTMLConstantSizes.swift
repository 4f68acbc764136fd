import Optimizer

/// The sizes of the largest constants, and of all constants by role and encoding.
enum HTMLConstantSizes {
  private static let most = 30

  static func section(_ report: ReportDocument) -> HTMLSection? {
    let largest = report.tensorsBySize.prefix(most).filter { $0.largerBytes > 0 }
    guard !largest.isEmpty else { return nil }
    let legend = SVGLegend(
      entries: report.hasAfter
        ? [("outline", "bytes before"), ("filled", "bytes after")] : [("filled", "bytes")])
    let stored = report.tensors.count { $0.largerBytes > 0 }
    return HTMLSection(
      id: "sizes", title: "Largest constants",
      body: """
        <figure>
        \(chart(largest, of: stored, report.hasAfter).markup)
        <figcaption>\(legend.markup)</figcaption>
        </figure>
        \(table(report))
        """)
  }

  // MARK: Chart

  private static func chart(
    _ constants: [ReportDocument.Constant], of count: Int, _ hasAfter: Bool
  ) -> SVGChart {
    let whole = constants[0].largerBytes
    let rows = constants.enumerated().map { index, constant in
      row(constant, y: 22 * Double(index), whole: Double(whole), hasAfter)
    }
    return SVGChart(
      id: "sizes-chart", title: "Bytes of the largest constants",
      summary: "The \(constants.count) largest of \(Numbers.grouped(count)) stored constants; the "
        + "table of all constants has the figures.",
      height: 22 * Double(rows.count) + 4, body: rows)
  }

  private static func row(
    _ constant: ReportDocument.Constant, y: Double, whole: Double, _ hasAfter: Bool
  ) -> Markup {
    let (left, room) = (300.0, 350.0)
    let before = SVGChart.length(Double(constant.bytesBefore), of: whole, room)
    let after = SVGChart.length(Double(constant.bytesAfter), of: whole, room)
    let sizes = Numbers.bytesChange(constant.bytesBefore, constant.bytesAfter)
    var markup = SVGChart.text(constant.shortName, x: left - 10, y: y + 15, "end")
    markup += SVGChart.bar(
      x: left, y: y + 4, width: after, height: 14, "filled",
      title: "\(ReadableText.shortened(constant.name, to: 240)): \(sizes)")
    if hasAfter {
      markup += SVGChart.bar(
        x: left + 0.5, y: y + 4.5, width: max(0, before - 1), height: 13, "outline")
    }
    let x = left + max(before, after) + 8
    return markup + """
      <text x="\(x)" y="\(y + 15)">\(sizes) <tspan class="muted">\(constant.encodings)</tspan></text>

      """
  }

  // MARK: Table

  private struct Group {
    let role: ConstantRole
    let encodings: String
    var count = 0
    var before = 0
    var after = 0
  }

  private static func groups(_ constants: [ReportDocument.Constant]) -> [Group] {
    var places: [String: Int] = [:]
    var groups: [Group] = []
    for constant in constants {
      let key = "\(constant.role.text) \(constant.encodings)"
      let place = places[key] ?? groups.count
      if place == groups.count {
        places[key] = place
        groups.append(Group(role: constant.role, encodings: constant.encodings))
      }
      groups[place].count += 1
      groups[place].before += constant.bytesBefore
      groups[place].after += constant.bytesAfter
    }
    return groups.enumerated().sorted { a, b in
      (b.element.before, a.offset) < (a.element.before, b.offset)
    }.map(\.element)
  }

  private static func table(_ report: ReportDocument) -> Markup {
    var columns: [HTMLTable.Column] = [
      .init("Role", .name), .init("Encoding"), .init("Constants", .number),
      .init(report.hasAfter ? "Bytes before" : "Bytes", .number),
    ]
    if report.hasAfter {
      columns += [.init("Bytes after", .number), .init("Saved", .number)]
    }
    let table = HTMLTable(
      caption: "Constants by role and encoding", columns: columns, noun: "group")
    return table.markup(groups(report.tensors)) { group in
      [
        "\(group.role.text)", "\(group.encodings)", .grouped(group.count), .grouped(group.before),
        .grouped(group.after), .grouped(group.before - group.after),
      ]
    }
  }
}

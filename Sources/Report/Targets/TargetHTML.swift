import Targets

extension TargetDocument {
  /// The page of `check --html`: a tile for each target, what stands in the way, and the graph in
  /// order, coloured by verdicts.
  package var html: String {
    let name = input.path.split(separator: "/").last.map(String.init) ?? input.path
    let tiles = assessments.map(\.tile.markup)
    let layout = HTMLLayout(
      toolVersion: toolVersion, title: name,
      header: """
        <p class="tool">optimize check</p>
        <h1>\(name)</h1>
        <div class="tiles">
        \(tiles)</div>

        """, sections: [obstacles, graph])
    return layout.markup.text
  }

  private var obstacles: HTMLSection {
    let rows = assessments.flatMap { assessment in
      assessment.groups.map { (target: assessment.target.name, group: $0) }
    }
    let table = HTMLTable(
      id: "obstacles-table", caption: "Operators that a target does not run, by kind and reason",
      columns: [
        .init("Target"), .init("Kind", .name), .init("Operators", .number), .init("Verdict"),
        .init("Reason", .prose),
      ], noun: "reason", filter: 0)
    let body: Markup =
      rows.isEmpty
      ? "<p class=\"good\">Every operator runs.</p>"
      : table.markup(rows) { row in
        [
          "\(row.target)", .kind(row.group.name), .grouped(row.group.count),
          row.group.verdict.markup, "\(row.group.verdict.obstacle?.text ?? "")",
        ]
      }
    return HTMLSection(id: "obstacles", title: "What stands in the way", body: body)
  }

  private var graph: HTMLSection {
    let rows = assessments.first?.rows ?? []
    let names = HTMLNames(rows.map(\.label))
    let table = HTMLTable(
      id: "graph", caption: "Operators in the order of the file",
      columns: [
        .init("Operator", .code), .init("Kind"), .init("Result", .name),
        .init("Multiplications", .number),
      ] + assessments.map { .init($0.target.name, .prose) }, budget: 96_000, noun: "operator",
      filter: 1)
    let strips = assessments.map { assessment -> Markup in
      let marks = assessment.rows.prefix(Self.mostMarks).map { row -> Markup in
        let reason = row.verdict.obstacle.map { ": \($0.text)" } ?? ""
        return """
          <i class="swatch \(row.verdict.style)" title="\(row.place.index) \(row.name) \
          \(row.verdict.text)\(reason)"></i>
          """
      }
      return "<p>\(assessment.target.name)<br/>\(marks)</p>\n"
    }
    return HTMLSection(
      id: "operators", title: "The graph: \(Numbers.counted(rows.count, "operator"))",
      body: """
        \(strips)\(names.note)
        \(table.markup(Array(rows.indices)) { index in
          let row = rows[index]
          return [
            "\(row.place.subgraph):\(row.place.index)", .kind(row.name), names.cell(row.label),
            row.multiplications > 0 ? .grouped(row.multiplications) : "",
          ] + assessments.map { $0.rows[index].verdict.cell }
        })
        """)
  }

  /// Marks of a strip; more make a page slow.
  private static let mostMarks = 1_000
}

extension Assessment {
  fileprivate var tile: HTMLTile {
    var details: [Markup] = ["\(target.title)"]
    if let share { details.append("\(share) of multiplications") }
    if !parts.isEmpty { details.append("\(Numbers.counted(parts.count, "part"))") }
    if let inIntegers {
      details.append("\(inIntegers.runs) of \(inIntegers.of) after quantize --mode int8")
    }
    if let afterFix {
      details.append("\(afterFix.summary) after fix --target \(target.name)")
    }
    details += notes.map { note -> Markup in "\(note.text)" }
    return HTMLTile(
      label: target.name, value: "\(runs) of \(rows.count)", notes: details,
      level: isFull ? .good : runs > 0 ? .low : .bad)
  }
}

extension Verdict {
  fileprivate var style: String {
    switch self {
    case .runs: "good"
    case .runsAfter, .unknown: "low"
    case .fallsBack: "bad"
    }
  }

  fileprivate var markup: Markup { "<b class=\"\(style)\">\(text)</b>" }

  fileprivate var cell: Markup {
    let reason = obstacle.map { obstacle -> Markup in ": \(obstacle.text)" }
    return "\(markup)\(reason)"
  }
}

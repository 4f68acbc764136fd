import Optimizer

/// The operators: a count for each kind and encoding, and a list of all.
enum HTMLOperators {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.operators.isEmpty else { return nil }
    return HTMLSection(
      id: "operators", title: Numbers.counted(report.operators.count, "operator"),
      body: """
        \(summary(report))
        \(list(report))
        """)
  }

  private struct Group {
    let sample: ReportDocument.Operator
    var count: Int
  }

  private struct Key: Hashable {
    let kind: String
    let before: OperatorEncoding
    let after: OperatorEncoding
  }

  private static func groups(_ operators: [ReportDocument.Operator]) -> [Group] {
    var places: [Key: Int] = [:]
    var groups: [Group] = []
    for entry in operators {
      let key = Key(kind: entry.kind, before: entry.before, after: entry.after)
      if let place = places[key] {
        groups[place].count += 1
      } else {
        places[key] = groups.count
        groups.append(Group(sample: entry, count: 1))
      }
    }
    return groups.enumerated().sorted { a, b in
      (b.element.count, a.offset) < (a.element.count, b.offset)
    }.map(\.element)
  }

  private static func summary(_ report: ReportDocument) -> Markup {
    let columns: [HTMLTable.Column] = [
      .init("Kind", .name), .init("Operators", .number),
      .init(report.hasAfter ? "Before" : "Computes in"),
    ]
    let table = HTMLTable(
      caption: "Operators by kind and encoding",
      columns: columns + (report.hasAfter ? [.init("After")] : []), noun: "group")
    return table.markup(groups(report.operators)) { group in
      [
        .name(group.sample.kind), .grouped(group.count), "\(group.sample.before.text)",
        after(group.sample),
      ]
    }
  }

  private static func list(_ report: ReportDocument) -> Markup {
    let hasReasons = report.operators.contains { $0.reason != nil }
    var columns: [HTMLTable.Column] = [
      .init("Operator", .code), .init("Kind", .name),
      .init(report.hasAfter ? "Before" : "Computes in"),
    ]
    if report.hasAfter { columns.append(.init("After")) }
    if hasReasons { columns.append(.init("Reason", .prose)) }
    let table = HTMLTable(
      caption: "Operators in the order of the file", columns: columns, noun: "operator")
    return table.markup(report.operators) { entry in
      var cells: [Markup] = [
        "\(entry.subgraph):\(entry.index)", .name(entry.kind), "\(entry.before.text)",
      ]
      if report.hasAfter { cells.append(after(entry)) }
      if hasReasons { cells.append(.reason(entry.reason)) }
      return cells
    }
  }

  private static func after(_ entry: ReportDocument.Operator) -> Markup {
    entry.before == entry.after
      ? "<span class=\"muted\">unchanged</span>" : "\(entry.after.text)"
  }
}

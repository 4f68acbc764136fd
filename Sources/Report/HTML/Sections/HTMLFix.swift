import Optimizer

/// What rules did to the graph, a row each.
enum HTMLFix {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let fix = report.fix, !fix.rules.isEmpty || !fix.refused.isEmpty else { return nil }
    let table = HTMLTable(
      id: "fix-table", caption: "Operators that rules removed",
      columns: [
        .init("Rule", .name), .init("Operators fewer", .number), .init("What it does", .prose),
      ],
      noun: "rule")
    let rows =
      fix.rules.map { (name: $0.name, gone: "\($0.gone)", text: $0.summary) }
      + fix.refused.map { (name: $0.name, gone: "", text: "taken back: \($0.why.text)") }
    let check = fix.check.map { check -> Markup in "<p>\(check.text).</p>\n" }
    return HTMLSection(
      id: "fix", title: "Graph",
      body: """
        <p>\(fix.operatorsBefore) operators became \(fix.operatorsAfter).</p>
        \(check)\(table.markup(rows) { ["\($0.name)", "\($0.gone)", "\($0.text)"] })
        """)
  }
}

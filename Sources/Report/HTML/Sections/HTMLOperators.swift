import Optimizer
import TFLite

/// The graph: a count for each kind and encoding, then all operators in order with a verdict.
enum HTMLOperators {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.operators.isEmpty else { return nil }
    return HTMLSection(
      id: "operators",
      title: "The graph: " + Numbers.counted(report.operators.count, "operator"),
      body: """
        \(summary(report))
        \(list(report))
        """)
  }

  private static func summary(_ report: ReportDocument) -> Markup {
    let table = HTMLTable(
      id: "kinds", caption: "Operators by kind and encoding",
      columns: [.init("Kind", .name), .init("Operators", .number), .init("Computes in")],
      noun: "group")
    let groups = report.operators.inGroups { "\($0.kind) \($0.encodings)" }
    return table.markup(groups.map(\.members).greatestFirst(by: \.count)) { members in
      [.kind(members[0].kind), .grouped(members.count), "\(members[0].encodings)"]
    }
  }

  // MARK: Rows in order

  private static func list(_ report: ReportDocument) -> Markup {
    let names = HTMLNames(report.operators.map(\.output))
    let signals = signals(report)
    let altered = Set(
      report.tensors.filter(\.hasOtherValues).map(\.site))
    let hasVerdicts = report.hasAfter || report.operators.contains { $0.reason != nil }
    var columns: [HTMLTable.Column] = [
      .init("Operator", .code), .init("Kind"), .init("Result", .name), .init("Computes in"),
    ]
    if hasVerdicts { columns.append(.init("Verdict", .prose)) }
    if !signals.isEmpty { columns.append(.init("SQNR, dB", .number)) }
    let table = HTMLTable(
      id: "graph", caption: "Operators in the order of the file", columns: columns,
      budget: report.quality?.operators.isEmpty == false ? 36_000 : 64_000, noun: "operator",
      filter: 1)
    return "\(names.note)"
      + table.markup(report.operators) { entry in
        var cells: [Markup] = [
          "\(entry.place)", .kind(entry.kind), names.cell(entry.output), "\(entry.encodings)",
        ]
        if hasVerdicts { cells.append(verdict(entry, entry.weight.map(altered.contains) ?? false)) }
        if !signals.isEmpty {
          let row = signals[TensorNames.plain(entry.output)]
          cells.append(row.map(HTMLQuality.signal) ?? "")
        }
        return cells
      }
  }

  private static func verdict(_ entry: ReportDocument.Operator, _ hasOtherValues: Bool) -> Markup {
    let reason = entry.reason.map { reason -> Markup in
      ": \(ReadableText.shortened(reason.text, to: 200))"
    }
    switch entry.presence {
    case .added: return "<b class=\"mark\">added</b>"
    case .removed: return "<b class=\"mark\">removed</b>"
    case .both where entry.before == entry.after && hasOtherValues:
      return "<b class=\"mark done\">other weights</b>"
    case .both where entry.before == entry.after:
      return "<span class=\"none\">unchanged</span>\(reason)"
    case .both: return "<b class=\"mark done\">changed</b>\(reason)"
    }
  }

  /// The errors of results inside, by name.
  private static func signals(_ report: ReportDocument) -> [String: ReportDocument.Quality.Row] {
    guard let quality = report.quality else { return [:] }
    let rows = (quality.tensors + quality.outputs).filter(\.isCompared)
    return Dictionary(rows.map { (TensorNames.plain($0.name), $0) }) { first, _ in first }
  }
}

/// The top of the page: what was done, how small and how good the result is, and what to do next.
struct HTMLHeadline {
  let report: ReportDocument

  var title: String {
    let input = Self.fileName(report.input.path)
    guard let output = report.output else { return input }
    return "\(input) → \(Self.fileName(output.path))"
  }

  var markup: Markup {
    """
    <p class="tool">\(tool)</p>
    <h1>\(brokenTitle)</h1>
    \(isPlan ? Self.planNote : nil)\(HTMLTiles(report: report).markup)\(advice)\(warnings)\(gates)
    """
  }

  private static let planNote: Markup = """
    <p class="note">Nothing was written: what follows describes the plan.</p>

    """

  /// The title with places where a long file name may break.
  private var brokenTitle: Markup {
    let parts = title.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    return parts.dropFirst().reduce("\(parts.first ?? "")") { "\($0)_<wbr/>\($1)" }
  }

  /// "optimize quantize".
  private var tool: String {
    let words = report.command.prefix(2)
    return words.count == 2 ? words.joined(separator: " ") : "optimize report"
  }

  private var isPlan: Bool { report.output == nil && report.hasAfter }

  private static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private var advice: Markup? {
    guard !report.advice.isEmpty else { return nil }
    let items = report.advice.map { advice -> Markup in "<p>\(advice)</p>" }
    return """
      <div class="box advice" role="note"><h2>Next</h2>\(items)</div>

      """
  }

  private var warnings: Markup? {
    guard !report.warnings.isEmpty else { return nil }
    let items = report.warnings.map { warning -> Markup in
      "<li>\(ReadableText.shortened(warning, to: 600))</li>\n"
    }
    return """
      <div class="box warnings" role="note"><h2>\(Numbers.counted(items.count, "warning"))</h2>
      <ul>
      \(items)</ul></div>

      """
  }

  private var gates: Markup? {
    guard !report.gates.isEmpty else { return nil }
    let table = HTMLTable(
      id: "gates", caption: "Gates",
      columns: [
        .init("Gate", .name), .init("Limit", .number), .init("Value", .number), .init("Result"),
      ], noun: "gate", isSortable: false)
    return table.markup(report.gates) { gate in
      let verdict: Markup =
        gate.passed
        ? "<span class=\"good\">✓ passed</span>" : "<strong class=\"bad\">✗ FAILED</strong>"
      return [gate.name, gate.limit, gate.value].map { "\(ReadableText.shortened($0, to: 80))" }
        + [verdict]
    } + "\n"
  }
}

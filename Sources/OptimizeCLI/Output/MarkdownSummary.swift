import Report

/// A summary for a pull request: sizes, download, quality and gates as Markdown tables.
enum MarkdownSummary {
  /// Returns tables with a row for each of the reports.
  static func text(of reports: [ReportDocument], title: String) -> String {
    var lines = ["### \(title)", "", "| model | size | download | runtime | quality | result |"]
    lines.append("|---|---|---|---|---|---|")
    lines += reports.map { report in
      let cells = [
        names(of: report), change(report.input.bytes, report.output?.bytes), download(of: report),
        runtime(of: report), quality(of: report), verdict(of: report),
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    let gates = reports.flatMap { report in report.gates.map { (report, $0) } }
    if !gates.isEmpty {
      lines += ["", "| model | gate | limit | value | |", "|---|---|---|---|---|"]
      lines += gates.map { report, gate in
        let cells = [
          escaped(name(report.input.path)), gate.name, escaped(gate.limit), escaped(gate.value),
          gate.passed ? "passed" : "**failed**",
        ]
        return "| \(cells.joined(separator: " | ")) |"
      }
    }
    let warnings = reports.flatMap(\.warnings)
    if !warnings.isEmpty { lines += [""] + warnings.map { "- \(escaped($0))" } }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func names(of report: ReportDocument) -> String {
    let input = escaped(name(report.input.path))
    guard let output = report.output else { return input }
    return "\(input) → \(escaped(name(output.path)))"
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Returns "151.44 kB → 48.19 kB (−68.2 %)".
  private static func change(_ before: Int?, _ after: Int?) -> String {
    guard let before else { return "–" }
    guard let after else { return Numbers.bytes(before) }
    let share = 100 * (Double(after) / Double(max(before, 1)) - 1)
    let sign = share < 0 ? "−" : "+"
    return "\(Numbers.bytes(before)) → \(Numbers.bytes(after)) "
      + "(\(sign)\(Numbers.fixed(abs(share), 1)) %)"
  }

  private static func download(of report: ReportDocument) -> String {
    change(report.compressibility?.before?.deflate6, report.compressibility?.after?.deflate6)
  }

  private static func runtime(of report: ReportDocument) -> String {
    guard let after = report.minRuntime.after else { return "–" }
    guard let before = report.minRuntime.before, before != after else { return after }
    return "\(before) → \(after)"
  }

  private static func quality(of report: ReportDocument) -> String {
    guard let quality = report.quality else { return "–" }
    let signals = quality.outputs.filter(\.isCompared).map(\.sqnr)
    guard let worst = signals.min() else { return "–" }
    var parts = [worst == .infinity ? "exact" : "\(Numbers.fixed(worst, 1)) dB"]
    if let agreement = quality.outputs.compactMap(\.argmaxAgreement).min() {
      parts.append("argmax \(Numbers.fixed(100 * agreement, 1)) %")
    }
    if let accuracy = quality.accuracy {
      parts.append(
        "top-1 \(Numbers.fixed(100 * accuracy.before.share, 2)) % → "
          + "\(Numbers.fixed(100 * accuracy.after.share, 2)) %")
    }
    return parts.joined(separator: ", ")
  }

  private static func verdict(of report: ReportDocument) -> String {
    switch report.exitCode {
    case 0: "done"
    case 1: "**a gate failed**"
    case 3: "left alone"
    default: "exit \(report.exitCode)"
    }
  }

  /// Returns text in which nothing is markup.
  static func escaped(_ text: String) -> String {
    let markup: Set<Character> = ["\\", "`", "*", "_", "|", "<", ">", "[", "]", "#", "&", "~"]
    return ReadableText.shortened(text, to: 200).map { markup.contains($0) ? "\\\($0)" : "\($0)" }
      .joined()
  }
}

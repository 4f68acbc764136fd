/// The top of the page: input and output file, how much smaller the output is, and whether all went
/// well.
struct HTMLHeadline {
  let report: ReportDocument

  var title: String {
    let input = Self.fileName(report.input.path)
    guard let output = report.output else { return input }
    return "\(input) → \(Self.fileName(output.path))"
  }

  var markup: Markup {
    """
    <p class="tool">optimize report</p>
    <h1>\(title)</h1>
    \(isPlan ? Self.planNote : "")<div class="tiles">
    \([size, download, coverage, runtime, result].compactMap { $0 })</div>
    \(warnings)\(gates)\(facts)
    """
  }

  private static let planNote: Markup = """
    <p class="note">Nothing was written: what follows describes the plan.</p>

    """

  private var isPlan: Bool { report.output == nil && report.hasAfter }

  private static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  // MARK: Tiles

  private func tile(_ label: String, _ value: String, _ note: String, _ mark: Markup = "")
    -> Markup
  {
    """
    <div class="tile"><h2>\(label)</h2><p class="value">\(mark)\(value)</p>\
    <p class="detail">\(note)</p></div>

    """
  }

  private var size: Markup {
    let before = report.input.bytes
    // A file that failed a gate was measured and then not kept.
    guard let after = report.output?.bytes ?? report.compressibility?.after?.raw else {
      return tile("Size", Numbers.bytes(before), "\(Numbers.grouped(before)) bytes")
    }
    let saved = before - after
    let note =
      saved == 0
      ? "same size"
      : "\(Numbers.ratio(before, after)), \(Numbers.grouped(abs(saved))) bytes "
        + (saved > 0 ? "saved" : "added")
    return tile("Size", Numbers.bytesChange(before, after), note)
  }

  private var download: Markup? {
    guard let figures = report.compressibility, let before = figures.before?.deflate6 else {
      return nil
    }
    let after = figures.after?.deflate6 ?? before
    let ratio = before == after ? "" : "\(Numbers.ratio(before, after)), "
    return tile(
      "Compressed download", Numbers.bytesChange(before, after), "\(ratio)deflate level 6")
  }

  private var coverage: Markup? {
    let coverage = report.coverage
    guard coverage.weightBytesTotal > 0, report.hasAfter else { return nil }
    let changed = Numbers.percent(coverage.weightBytesChanged, coverage.weightBytesTotal)
    return tile(
      "Float weights changed", changed,
      "of \(Numbers.bytes(coverage.weightBytesTotal)); "
        + "\(coverage.operatorsChanged) of \(Numbers.counted(coverage.operatorsTotal, "operator"))")
  }

  private var runtime: Markup? {
    let (before, after) = (report.minRuntime.before, report.minRuntime.after)
    guard let least = after ?? before else { return nil }
    let value = before == after ? least : "\(before ?? "unknown") → \(after ?? "unknown")"
    return tile("Least runtime", value, "TensorFlow Lite \(least) or newer")
  }

  private var result: Markup {
    let failed = report.gates.count { !$0.passed }
    let note =
      report.gates.isEmpty
      ? "no gates were set"
      : failed == 0
        ? "\(Numbers.counted(report.gates.count, "gate")) passed"
        : "\(failed) of \(Numbers.counted(report.gates.count, "gate")) failed"
    let meaning =
      switch report.exitCode {
      case 0: " · done"
      case 1: " · gate failed"
      case 3: " · nothing to gain"
      default: ""
      }
    return tile(
      "Exit code", "\(report.exitCode)\(meaning)", note, Self.mark(report.exitCode == 0))
  }

  private static func mark(_ isGood: Bool) -> Markup {
    isGood
      ? "<span class=\"good\" aria-hidden=\"true\">✓ </span>"
      : "<span class=\"bad\" aria-hidden=\"true\">✗ </span>"
  }

  // MARK: Details

  private var warnings: Markup {
    guard !report.warnings.isEmpty else { return "" }
    let items = report.warnings.map { warning -> Markup in "<li>\(warning)</li>\n" }
    return """
      <div class="warnings" role="note"><h2>\(Numbers.counted(items.count, "warning"))</h2>
      <ul>
      \(items)</ul></div>

      """
  }

  private var gates: Markup? {
    guard !report.gates.isEmpty else { return nil }
    let table = HTMLTable(
      caption: "Gates",
      columns: [
        .init("Gate", .name), .init("Limit", .number), .init("Value", .number), .init("Result"),
      ], noun: "gate", isSortable: false)
    return table.markup(report.gates) { gate in
      let verdict: Markup =
        gate.passed
        ? "\(Self.mark(true))<span class=\"good\">passed</span>"
        : "\(Self.mark(false))<strong class=\"bad\">FAILED</strong>"
      return ["\(gate.name)", "\(gate.limit)", "\(gate.value)", verdict]
    } + "\n"
  }

  private var facts: Markup {
    var facts = file("Input", report.input)
    if let output = report.output { facts += file("Output", output) }
    if !report.command.isEmpty {
      facts += "<dt>Command</dt><dd><code>\(report.command.joined(separator: " "))</code></dd>\n"
    }
    let conversions = [
      ("QUANTIZE", report.coverage.quantizeOps), ("DEQUANTIZE", report.coverage.dequantizeOps),
    ].filter { $0.1.before + $0.1.after > 0 }
    if !conversions.isEmpty {
      let text = conversions.map { kind, change in
        "\(kind) \(change.before == change.after ? "" : "\(change.before) → ")\(change.after)"
      }
      facts += "<dt>Conversions</dt><dd>\(text.joined(separator: ", "))</dd>\n"
    }
    return "<dl class=\"facts\">\n\(facts)</dl>"
  }

  private func file(_ label: String, _ file: ReportDocument.File) -> Markup {
    let digest = file.sha256.map { digest -> Markup in
      "<br/><span class=\"digest\">SHA-256 \(digest)</span>"
    }
    return """
      <dt>\(label)</dt><dd><code>\(file.path)</code>, \(Numbers.grouped(file.bytes)) bytes\
      \(digest)</dd>

      """
  }
}

/// The files and the command, and the steps in their order.
enum HTMLRun {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    var facts = file("Input", report.input)
    if let output = report.output { facts += file("Output", output) }
    if !report.command.isEmpty {
      facts +=
        "<dt>Command</dt><dd><code>\(ReadableText.shortened(report.command.joined(separator: " "), to: 2_000))</code></dd>\n"
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
    for line in report.quality?.preparations ?? report.accuracy?.preparations ?? [] {
      facts += "<dt>Samples</dt><dd>\(line)</dd>\n"
    }
    for fact in report.facts {
      facts += "<dt>\(fact.label.prefix(1).uppercased() + fact.label.dropFirst())</dt><dd>"
      facts += "\(ReadableText.shortened(fact.text, to: 600))</dd>\n"
    }
    return HTMLSection(
      id: "run", title: "Files and command",
      body: "<dl class=\"facts\">\n\(facts)</dl>\n\(steps(report))")
  }

  private static func file(_ label: String, _ file: ReportDocument.File) -> Markup {
    let digest = file.sha256.map { digest -> Markup in
      "<br/><span class=\"digest\">SHA-256 \(digest)</span>"
    }
    return """
      <dt>\(label)</dt><dd><code>\(file.path)</code>, \(Numbers.grouped(file.bytes)) bytes\
      \(digest)</dd>

      """
  }

  private static func options(_ step: ReportDocument.Step) -> String {
    ReadableText.shortened(
      step.options.map { "\($0.key)=\($0.value)" }.joined(separator: " "), to: 480)
  }

  private static func steps(_ report: ReportDocument) -> Markup? {
    guard !report.steps.isEmpty else { return nil }
    let table = HTMLTable(
      id: "steps", caption: "Steps in the order they ran",
      columns: [
        .init("Step", .name), .init("Options", .prose), .init("Changes", .number),
        .init("Bytes before", .number), .init("Bytes after", .number), .init("Seconds", .number),
      ], noun: "step", isSortable: false)
    return table.markup(report.steps) { step in
      [
        "\(step.name)",
        "\(options(step))",
        .grouped(step.changes), .grouped(step.bytesBefore), .grouped(step.bytesAfter),
        "\(Numbers.fixed(step.seconds, 3))",
      ]
    }
  }
}

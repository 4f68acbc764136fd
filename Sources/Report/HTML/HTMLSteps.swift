/// The steps of the run in their order.
enum HTMLSteps {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.steps.isEmpty else { return nil }
    let table = HTMLTable(
      caption: "Steps in the order they ran",
      columns: [
        .init("Step", .name), .init("Options", .code), .init("Changes", .number),
        .init("Bytes before", .number), .init("Bytes after", .number), .init("Seconds", .number),
      ], noun: "step", isSortable: false)
    let body = table.markup(report.steps) { step in
      let options = step.options.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      return [
        "\(step.name)", options.isEmpty ? .none : "\(options)", .grouped(step.changes),
        .grouped(step.bytesBefore), .grouped(step.bytesAfter),
        "\(Numbers.fixed(step.seconds, 3))",
      ]
    }
    return HTMLSection(id: "steps", title: "Steps", body: body)
  }
}

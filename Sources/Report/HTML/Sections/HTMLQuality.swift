/// The difference between the outputs of the result and of the model, and the inner tensors that
/// differ most.
enum HTMLQuality {
  private static let most = 30

  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let quality = report.quality else { return nil }
    let names = HTMLNames(quality.tensors.map(\.name) + quality.operators.map(\.output))
    let worst = quality.worst
    return HTMLSection(
      id: "quality", title: "Quality",
      body: """
        <p>Both models ran on \(quality.source). \(explanation)</p>
        \(outputs(quality, names))
        \(columns(quality, names))
        \(worst.isEmpty ? nil : names.note)\(worst.isEmpty ? nil : tensors(worst, names))
        \(quality.operators.isEmpty ? nil : operators(quality.operators, names))
        """)
  }

  private static let explanation: Markup = """
    Relative L2 is the norm of the error over the norm of the output; SQNR is the same in decibels, \
    where more is better. Argmax is the share of rows whose greatest value stands at the same place.
    """

  private typealias Row = ReportDocument.Quality.Row

  private static let figures: [HTMLTable.Column] = [
    .init("SQNR, dB", .number), .init("Argmax", .number), .init("Relative L2", .number),
    .init("Max. error", .number), .init("RMSE", .number), .init("Cosine", .number),
  ]
  private static let broken = HTMLTable.Column("NaN or infinite", .number)

  /// The columns; values that are not numbers have one only where there are such.
  private static func figureColumns(of rows: [Row]) -> [HTMLTable.Column] {
    figures + (rows.contains { $0.notFinite > 0 } ? [broken] : [])
  }

  private static func outputs(_ quality: ReportDocument.Quality, _ names: HTMLNames) -> Markup {
    let table = HTMLTable(
      id: "outputs", caption: "Outputs",
      columns: [.init("Output", .name)] + figureColumns(of: quality.outputs),
      noun: "output")
    return table.markup(quality.outputs) { [names.cell($0.name)] + cells($0) }
  }

  /// The worst column of each output. Lost columns are listed in the warnings.
  private static func columns(_ quality: ReportDocument.Quality, _ names: HTMLNames) -> Markup? {
    let rows = quality.outputs.filter { $0.worstColumn != nil }
    guard !rows.isEmpty else { return nil }
    let table = HTMLTable(
      id: "columns", caption: "Worst columns of outputs",
      columns: [
        .init("Output", .name), .init("Axis", .number), .init("Columns", .number),
        .init("Lost", .number), .init("Worst column", .prose), .init("Samples", .prose),
      ], noun: "output")
    return table.markup(rows) { row in
      [
        names.cell(row.name), "\(row.columns?.axis ?? 0)", .grouped(row.columns?.count ?? 0),
        .grouped(row.columns?.lostCount ?? 0), "\(row.worstColumn ?? "")",
        row.lowSamples(of: quality.samples).map { "\($0)" } ?? "",
      ]
    }
  }

  private static func tensors(_ rows: [Row], _ names: HTMLNames) -> Markup {
    let table = HTMLTable(
      id: "worst", caption: "Tensors inside that differ most, worst first",
      columns: [.init("Tensor", .name), .init("Made by")] + figureColumns(of: rows), limit: most,
      noun: "tensor",
      filter: 1)
    return table.markup(rows) { [names.cell($0.name), .kind($0.operatorName)] + cells($0) }
  }

  private static func operators(
    _ rows: [ReportDocument.Quality.OperatorError], _ names: HTMLNames
  ) -> Markup {
    let table = HTMLTable(
      id: "operator-errors", caption: "Operators of the second model in the order of execution",
      columns: [
        .init("Operator", .code), .init("Kind"), .init("Output", .name), .init("Type"),
        .init("SQNR, dB", .number), .init("RMSE ÷ scale", .number), .init("Saturated", .number),
        .init("Max. error", .number),
      ], budget: 50_000, noun: "operator", filter: 1)
    return table.markup(rows) { entry in
      let figures: [Markup] =
        entry.row.map { row in
          [
            signal(row), "\(row.rmsePerScale == nil ? "" : row.steps)",
            "\(row.saturatedShare == nil ? "" : row.saturatedPercent)",
            "\(row.factors ?? row.greatestError)",
          ]
        } ?? ["", "", "", ""]
      return ["\(entry.place)", .kind(entry.kind), names.cell(entry.output), "\(entry.types)"]
        + figures
    }
  }

  private static func cells(_ row: Row) -> [Markup] {
    guard row.isCompared else { return (figures + [broken]).map { _ in "" } }
    return [
      signal(row), row.agreement.map { "\($0)" } ?? "", "\(Numbers.short(row.relativeL2))",
      "\(Numbers.short(row.maxAbs))", "\(Numbers.short(row.rmse))",
      "\(Numbers.fixed(row.cosine, 5))", .grouped(row.notFinite),
    ]
  }

  /// The SQNR with the colour of its level.
  static func signal(_ row: ReportDocument.Quality.Row) -> Markup {
    guard let level = row.level, level != .good else { return "\(row.signal)" }
    return "<b class=\"\(level.style)\">\(row.signal)</b>"
  }
}

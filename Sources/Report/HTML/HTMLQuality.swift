/// The difference between the outputs of the result and of the model, and the inner tensors that
/// differ most.
enum HTMLQuality {
  private static let most = 30

  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard let quality = report.quality else { return nil }
    let worst = quality.worst
    return HTMLSection(
      id: "quality", title: "Quality",
      body: """
        <p>Both models ran on \(quality.source). \(explanation)</p>
        \(outputs(quality))
        \(columns(quality))
        \(worst.isEmpty ? nil : tensors(worst))
        \(quality.operators.isEmpty ? nil : operators(quality.operators))
        """)
  }

  private static let explanation: Markup = """
    Relative L2 is the norm of the error over the norm of the output; SQNR is the same in decibels, \
    where more is better. Argmax is the share of rows whose greatest value stands at the same place.
    """

  private typealias Row = ReportDocument.Quality.Row

  private static let figures: [HTMLTable.Column] = [
    .init("Max. error", .number), .init("RMSE", .number), .init("Relative L2", .number),
    .init("SQNR, dB", .number), .init("Cosine", .number), .init("Argmax", .number),
    .init("NaN or infinite", .number),
  ]

  private static func outputs(_ quality: ReportDocument.Quality) -> Markup {
    let table = HTMLTable(
      caption: "Outputs", columns: [.init("Output", .name)] + figures, noun: "output")
    return table.markup(quality.outputs) { [.name($0.name)] + cells($0) }
  }

  /// The worst column of each output. Lost columns are listed in the warnings.
  private static func columns(_ quality: ReportDocument.Quality) -> Markup? {
    let rows = quality.outputs.filter { $0.worstColumn != nil }
    guard !rows.isEmpty else { return nil }
    let table = HTMLTable(
      caption: "Worst columns of outputs",
      columns: [
        .init("Output", .name), .init("Axis", .number), .init("Columns", .number),
        .init("Lost", .number), .init("Worst column"), .init("Samples"),
      ], noun: "output")
    return table.markup(rows) { row in
      [
        .name(row.name), "\(row.columns?.axis ?? 0)", .grouped(row.columns?.count ?? 0),
        .grouped(row.columns?.lostCount ?? 0), "\(row.worstColumn ?? "")",
        row.lowSamples(of: quality.samples).map { "\($0)" } ?? .none,
      ]
    }
  }

  private static func tensors(_ rows: [Row]) -> Markup {
    let table = HTMLTable(
      caption: "Tensors inside that differ most, worst first",
      columns: [.init("Tensor", .name), .init("Made by")] + figures, limit: most, noun: "tensor")
    return table.markup(rows) { [.name($0.name), "\($0.operatorName)"] + cells($0) }
  }

  private static func operators(_ rows: [ReportDocument.Quality.OperatorError]) -> Markup {
    let table = HTMLTable(
      caption: "Operators of the second model in the order of execution",
      columns: [
        .init("Operator", .code), .init("Kind"), .init("Output", .name), .init("Type"),
        .init("SQNR, dB", .number), .init("RMSE ÷ scale", .number), .init("Saturated", .number),
        .init("Max. error", .number),
      ], noun: "operator")
    return table.markup(rows) { entry in
      let figures: [Markup] =
        entry.row.map { row in
          [
            "\(row.signal)", "\(row.steps)", "\(row.saturatedPercent)",
            "\(row.greatestError)",
          ]
        } ?? [.none, .none, .none, .none]
      return ["\(entry.place)", "\(entry.kind)", .name(entry.output), "\(entry.types)"] + figures
    }
  }

  private static func cells(_ row: Row) -> [Markup] {
    guard row.isCompared else { return figures.map { _ in .none } }
    return [
      "\(Numbers.short(row.maxAbs))", "\(Numbers.short(row.rmse))",
      "\(Numbers.short(row.relativeL2))", "\(row.signal)", "\(Numbers.fixed(row.cosine, 5))",
      row.agreement.map { "\($0)" } ?? .none, .grouped(row.notFinite),
    ]
  }
}

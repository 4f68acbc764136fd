/// A table of all constants with all figures.
enum HTMLConstants {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.tensors.isEmpty else { return nil }
    let names = HTMLNames(report.tensors.map(\.name))
    let fields = fields(report, names)
    let table = HTMLTable(
      id: "constants-table", caption: "Constants, the largest first", columns: fields.map(\.column),
      budget: 70_000, noun: "constant", filter: 1)
    let note: Markup? =
      report.tensors.contains { $0.statistics != nil }
      ? """
      <p>Zeros, distinct values, entropy and deflate are those of the data as stored in the \
      \(report.hasAfter ? "file after" : "file"). Bytes are 0 where an earlier constant has \
      the same data.</p>

      """ : nil
    let body = table.markup(report.tensorsBySize) { constant in fields.map { $0.cell(constant) } }
    return HTMLSection(
      id: "constants", title: Numbers.counted(report.tensors.count, "constant"),
      body: "\(note)\(names.note)\(body)")
  }

  private struct Field: Sendable {
    let column: HTMLTable.Column
    let cell: @Sendable (ReportDocument.Constant) -> Markup

    init(
      _ title: String, _ kind: HTMLTable.Kind = .text,
      _ cell: @escaping @Sendable (ReportDocument.Constant) -> Markup
    ) {
      column = HTMLTable.Column(title, kind)
      self.cell = cell
    }
  }

  private static func fields(_ report: ReportDocument, _ names: HTMLNames) -> [Field] {
    var fields = [
      Field("Name", .name) { names.cell($0.name) }, Field("Role") { "\($0.role.text)" },
      Field("Encoding") { "\($0.encodings)" },
      Field("Shape", .code) { "\($0.shape.map(String.init).joined(separator: "×"))" },
      Field(report.hasAfter ? "Bytes before" : "Bytes", .number) { .grouped($0.bytesBefore) },
    ]
    if report.hasAfter { fields.append(Field("Bytes after", .number) { .grouped($0.bytesAfter) }) }
    if report.tensors.contains(where: { $0.statistics != nil }) { fields += statistics }
    if report.tensors.contains(where: { $0.clusters != nil }) {
      fields.append(
        Field("Values asked for", .number) { constant in
          constant.clusters.map { .grouped($0.asked) } ?? ""
        })
      fields.append(
        Field("Values found", .number) { constant in
          constant.clusters?.found.map(Markup.grouped) ?? ""
        })
    }
    if report.tensors.contains(where: { $0.weightError != nil }) {
      fields.append(Field("Weight error", .number) { "\($0.weightErrorText ?? "")" })
    }
    if report.tensors.contains(where: { $0.reason != nil }) {
      fields.append(Field("Reason", .prose) { .reason($0.reason) })
    }
    fields.append(Field("Tensor", .code) { "\($0.subgraph):\($0.index)" })
    return fields
  }

  private static let statistics = [
    Field("Zeros", .number) { constant in
      constant.statistics.map { "\(Numbers.percent($0.zeros, constant.elements))" } ?? ""
    },
    Field("Distinct", .number) { constant in
      constant.statistics.map { $0.distinct.map(Markup.grouped) ?? "many" } ?? ""
    },
    Field("Entropy, bits", .number) { constant in
      constant.statistics.map { "\(Numbers.fixed($0.entropyBits, 2))" } ?? ""
    },
    Field("Deflate, bytes", .number) { constant in
      constant.statistics.map { .grouped($0.deflate) } ?? ""
    },
  ]
}

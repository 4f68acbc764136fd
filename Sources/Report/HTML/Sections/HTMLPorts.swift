/// What goes into the model and what comes out.
enum HTMLPorts {
  static func section(_ report: ReportDocument) -> HTMLSection? {
    guard !report.ports.isEmpty else { return nil }
    let table = HTMLTable(
      id: "ports-table", caption: "Inputs and outputs",
      columns: [
        .init("Name", .name), .init("Use"), .init("Type"), .init("Shape", .code),
        .init("Scale and zero point", .code),
      ], limit: 60, noun: "tensor")
    return HTMLSection(
      id: "ports", title: "Inputs and outputs",
      body: table.markup(report.ports) { port in
        [
          "\(port.name.isEmpty ? "(no name)" : ReadableText.shortened(port.name, to: 240))",
          "\(port.use)", "\(port.type)", "\(port.shape)", "\(port.quantization)",
        ]
      })
  }
}

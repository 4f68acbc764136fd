import Optimizer

extension SensitivityDocument {
  /// The page of `sensitivity --html`: a chart in the order of operators, and the table.
  package var html: String {
    let name = input.path.split(separator: "/").last.map(String.init) ?? input.path
    let layout = HTMLLayout(
      toolVersion: toolVersion, title: name,
      header: """
        <p class="tool">optimize sensitivity</p>
        <h1>\(name)</h1>
        <p>\(summary).</p>

        """, sections: [charts, table])
    return layout.markup.text
  }

  private var charts: HTMLSection {
    let drawings = sensitivities.forms.indices.compactMap { form in
      SensitivityChart(self, form: form)
    }
    let figures = drawings.map { chart -> Markup in
      "<figure>\n\(SVGChart.both(chart.drawing))</figure>\n"
    }
    let limit = Numbers.fixed(ReportDocument.Quality.poor, 0)
    return HTMLSection(
      id: "charts", title: "Harm along the network",
      body: """
        <p>Noise to signal of the worst output where that operator alone has the form: a higher bar is \
        worse. The line stands at \(limit) dB.</p>
        \(figures)
        """)
  }

  private var table: HTMLSection {
    let rows = byHarm
    let names = HTMLNames(rows.map(\.output))
    let table = HTMLTable(
      id: "operators-table", caption: "Operators, the most harmful first; SQNR in dB",
      columns: [.init("Index", .number), .init("Kind")]
        + sensitivities.forms.map { .init($0.name, .number) } + [
          .init("Weights", .number), .init("Multiplications", .number), .init("Output", .name),
        ], budget: 96_000, noun: "operator", filter: 1)
    return HTMLSection(
      id: "operators", title: Numbers.counted(rows.count, "operator"),
      body: """
        \(names.note)
        \(table.markup(rows) { row in
          ["\(row.index)", .kind(row.kind)] + row.signalTexts.map { text -> Markup in "\(text)" } + [
            "\(share(row.weights, of: sensitivities.weights))",
            "\(share(row.multiplications, of: sensitivities.multiplications))",
            names.cell(row.output),
          ]
        })
        """)
  }
}

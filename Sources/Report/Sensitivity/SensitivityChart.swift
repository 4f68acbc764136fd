import Optimizer

/// The harm of each operator in one form, in the order of the network.
struct SensitivityChart {
  private struct Bar {
    let row: OperatorSensitivity
    let noise: Double
    let signal: String
  }

  private let bars: [Bar]
  private let form: String
  private let number: Int
  private let count: Int
  /// More than a drawing can show are drawn by the worst of each group.
  private static let most = (wide: 200, narrow: 100)
  /// Bars begin at 100 dB, below which nothing shows.
  private static let least = -10

  /// Nil if no operator has the form, or none loses anything.
  init?(_ document: SensitivityDocument, form number: Int) {
    let all = document.sensitivities
    bars = all.operators.compactMap { row in
      row.noises[number].map { Bar(row: row, noise: $0, signal: row.signalTexts[number]) }
    }
    form = all.forms[number].name
    self.number = number
    count = (all.operators.last?.index ?? 0) + 1
    guard bars.contains(where: { $0.noise > 0 }) else { return nil }
  }

  func drawing(_ format: SVGChart.Format) -> SVGChart {
    let isWide = format == .wide
    let height = 290.0
    let frame = SVGFrame(
      format: format, top: 34, bottom: height - 46,
      x: .numbers(0...Double(max(count, 2)), most: isWide ? 12 : 5), y: .powers(Self.least...1))
    let poor = 0.01
    return SVGChart(
      id: "harm-\(number)", title: "Harm with \(form)",
      summary: "Noise to signal of the worst output for each operator in the order of the network. "
        + "The table that follows has the figures.",
      format: format, height: height,
      body: frame.markup(xTitle: "operator", yTitle: "\(form): noise to signal (more is worse)")
        + SVGChart.line(
          from: frame.point(frame.x.range.lowerBound, poor),
          to: frame.point(frame.x.range.upperBound, poor), "limit")
        + marks(format, frame))
  }

  private func marks(_ format: SVGChart.Format, _ frame: SVGFrame) -> Markup {
    thinned(format).reduce("") { markup, bar in
      let top = frame.point(Double(bar.row.index) + 0.5, bar.noise)
      let next = frame.point(Double(bar.row.index) + 1.3, bar.noise)
      let bottom = frame.point(Double(bar.row.index), 0)
      let width = max(2, next.x - top.x)
      let title =
        "\(bar.row.index) \(ReadableText.shortened(bar.row.kind, to: 48)) "
        + "'\(ReadableText.shortened(bar.row.output, to: 48))': \(bar.signal) dB"
      return markup
        + SVGChart.bar(
          x: top.x - width / 2, y: top.y, width: width, height: max(0, bottom.y - top.y),
          "series-1", title: format == .wide ? title : nil)
    }
  }

  /// The worst of each stretch if there are too many.
  private func thinned(_ format: SVGChart.Format) -> [Bar] {
    let most = format == .wide ? Self.most.wide : Self.most.narrow
    guard bars.count > most else { return bars }
    return (0..<most).compactMap { part in
      bars[part * bars.count / most..<(part + 1) * bars.count / most]
        .max { $0.noise < $1.noise }
    }
  }
}

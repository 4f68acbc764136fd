/// The area of a chart between two axes, with its grid, ticks and titles.
struct SVGFrame {
  let format: SVGChart.Format
  let top: Double
  let bottom: Double
  let x: SVGAxis
  let y: SVGAxis

  /// Room for the texts of the vertical axis; charts above each other share it.
  static let left = 52.0
  private var left: Double { Self.left }
  private var right: Double { format.width - 16 }

  func point(_ first: Double, _ second: Double) -> SVGChart.Point {
    SVGChart.Point(x: across(first), y: level(second))
  }

  func across(_ value: Double) -> Double { x.position(value, from: left + 8, to: right) }
  func level(_ value: Double) -> Double { y.position(value, from: bottom, to: top) }

  /// The grid and the texts. The title of the vertical axis stands above it.
  func markup(xTitle: String, yTitle: String) -> Markup {
    let rows = y.ticks.map { tick -> Markup in
      let level = y.place(ofTick: tick.value, from: bottom, to: top)
      return SVGChart.line(
        from: .init(x: left + 8, y: level), to: .init(x: right, y: level), "grid")
        + SVGChart.text(tick.text, x: left, y: level + 4, "muted end")
    }
    return "\(rows)\(columns)"
      + SVGChart.text(yTitle, x: 2, y: top - 12, "muted")
      + SVGChart.text(xTitle, x: right, y: bottom + 34, "muted end")
  }

  /// Texts of the horizontal axis that would touch their neighbour are left out.
  private var columns: [Markup] {
    var free = -Double.infinity
    return x.ticks.map { tick in
      let place = x.place(ofTick: tick.value, from: left + 8, to: right)
      let half = TextWidth.of(tick.text) / 2
      let mark = SVGChart.line(
        from: .init(x: place, y: bottom), to: .init(x: place, y: bottom + 4), "grid")
      guard place - half > free else { return mark }
      free = place + half + 6
      let isLast = place + half > format.width
      return mark
        + SVGChart.text(
          tick.text, x: isLast ? format.width : place, y: bottom + 17,
          isLast ? "muted end" : "muted middle")
    }
  }
}

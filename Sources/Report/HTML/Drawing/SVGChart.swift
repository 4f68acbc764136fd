/// A drawing that scales with the page. The figures in it are also in tables, for those who cannot
/// see it.
struct SVGChart {
  /// How wide drawings are: on a desk, and on a telephone, where a letter must stay as large; a
  /// small one fits both.
  enum Format: String {
    case wide, narrow, small

    var width: Double {
      switch self {
      case .wide: 960
      case .narrow: 360
      case .small: 320
      }
    }
  }

  let id: String
  let title: String
  let summary: String
  let format: Format
  let height: Double
  let body: Markup

  /// Returns the drawing in both formats; the style sheet shows the one that fits.
  static func both(_ draw: (Format) -> SVGChart) -> Markup {
    draw(.wide).markup + draw(.narrow).markup
  }

  var markup: Markup {
    let id = "\(id)-\(format.rawValue)"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(format.width) \(height)" role="img" \
      class="\(format.rawValue)" aria-labelledby="\(id)-title \(id)-desc">
      <title id="\(id)-title">\(title)</title>
      <desc id="\(id)-desc">\(summary)</desc>
      \(body)</svg>

      """
  }

  // MARK: Shapes

  static func text(_ text: String, x: Double, y: Double, _ classes: String = "") -> Markup {
    "<text x=\"\(x)\" y=\"\(y)\"\(classed(classes))>\(text)</text>\n"
  }

  static func bar(
    x: Double, y: Double, width: Double, height: Double, _ classes: String, title: String? = nil
  ) -> Markup {
    """
    <rect x="\(x)" y="\(y)" width="\(width)" height="\(height)"\(classed(classes))>\
    \(tip(title))</rect>

    """
  }

  static func dot(
    x: Double, y: Double, radius: Double, _ classes: String, title: String? = nil
  ) -> Markup {
    "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\"\(classed(classes))>\(tip(title))</circle>\n"
  }

  static func line(from start: Point, to end: Point, _ classes: String) -> Markup {
    """
    <line x1="\(start.x)" y1="\(start.y)" x2="\(end.x)" y2="\(end.y)"\(classed(classes))/>

    """
  }

  static func path(_ points: [Point], _ classes: String) -> Markup {
    let places = points.map { point -> Markup in "\(point.x),\(point.y) " }
    return "<polyline points=\"\(places)\"\(classed(classes))/>\n"
  }

  struct Point {
    let x: Double
    let y: Double
  }

  private static func classed(_ classes: String) -> Markup? {
    classes.isEmpty ? nil : " class=\"\(classes)\""
  }

  private static func tip(_ title: String?) -> Markup? { title.map { "<title>\($0)</title>" } }

  /// Returns the length of `part` of `whole`. Both come from files, so the result is limited to the
  /// drawing.
  static func length(_ part: Double, of whole: Double, _ length: Double) -> Double {
    guard whole > 0, part > 0, part.isFinite, whole.isFinite else { return 0 }
    return min(1, part / whole) * length
  }
}

/// The line under a chart that says what its colours mean.
struct SVGLegend {
  let entries: [(mark: String, meaning: String)]

  var markup: Markup {
    let items = entries.map { entry -> Markup in
      "<li><span class=\"swatch \(entry.mark)\"></span>\(entry.meaning)</li>"
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }
}

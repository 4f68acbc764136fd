/// A drawing that scales with the page. The figures in it are also in tables, for those who cannot
/// see it.
struct SVGChart {
  static let width = 960.0

  let id: String
  let title: String
  let summary: String
  let height: Double
  let body: [Markup]

  var markup: Markup {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" role="img" \
    aria-labelledby="\(id)-title \(id)-desc">
    <title id="\(id)-title">\(title)</title>
    <desc id="\(id)-desc">\(summary)</desc>
    \(body)</svg>
    """
  }

  static func text(_ text: String, x: Double, y: Double, _ classes: String = "") -> Markup {
    "<text x=\"\(x)\" y=\"\(y)\" class=\"\(classes)\">\(text)</text>\n"
  }

  static func bar(
    x: Double, y: Double, width: Double, height: Double, _ classes: String, title: String? = nil
  ) -> Markup {
    let tip = title.map { title -> Markup in "<title>\(title)</title>" }
    return """
      <rect x="\(x)" y="\(y)" width="\(width)" height="\(height)" class="\(classes)">\(tip)</rect>

      """
  }

  /// Returns a line from top to bottom at `x`.
  static func rule(x: Double, from top: Double, to bottom: Double, _ classes: String) -> Markup {
    "<line x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(bottom)\" class=\"\(classes)\"/>\n"
  }

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

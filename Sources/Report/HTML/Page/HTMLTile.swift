/// A figure at the top of the page with what it means.
struct HTMLTile {
  let label: String
  /// Whether there is much to say.
  var isWide = false
  let value: Markup
  var notes: [Markup]
  /// Colours the value.
  var level: QualityLevel?
  /// The size as a share of the size before, for a bar.
  var share: Double?

  var markup: Markup {
    let details = notes.map { note -> Markup in "<p class=\"detail\">\(note)</p>" }
    let bar = share.map { share -> Markup in
      """
      <div class="share" aria-hidden="true"><i style="width:\
      \(SVGChart.length(share, of: 1, 100))%"></i></div>
      """
    }
    return """
      <div class="tile\(isWide ? Self.much : nil)\(style)"><h2>\(label)</h2><p class="value">\(mark)\(value)</p>\
      \(bar)\(details)</div>

      """
  }

  private static let much: Markup = " much"

  private var style: Markup? {
    level.flatMap { $0 == .good ? nil : " \($0.style)" }
  }

  /// Returns the text with its units kept beside their numbers.
  static func joined(_ text: String) -> Markup {
    let units: Set<Substring> = ["bytes", "kB", "MB", "GB", "dB", "%"]
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    return words.enumerated().reduce("") { markup, word in
      let isUnit = units.contains(word.element.prefix { $0 != "," })
      return markup + (word.offset == 0 ? "" : isUnit ? "&#160;" : " ") + "\(String(word.element))"
    }
  }

  /// A sign beside the colour, for those who do not see it.
  private var mark: Markup? {
    level.map { level -> Markup in
      let sign = [QualityLevel.bad: "✗", .low: "▲", .good: "✓"][level] ?? ""
      return "<span class=\"\(level.style)\" aria-hidden=\"true\">\(sign) </span>"
    }
  }
}

/// A help text before it is laid out for a terminal or as a man page.
struct HelpPage {
  enum Block {
    case paragraph(String)
    /// A usage line.
    case usage(String)
    /// Terms and what they mean.
    case rows([(term: String, text: String)])
    /// Command lines.
    case examples([String])
  }

  struct Part {
    /// Nil for the begin of the page.
    let title: String?
    let blocks: [Block]
  }

  var parts: [Part] = []

  mutating func add(_ title: String? = nil, _ blocks: Block...) {
    parts.append(Part(title: title, blocks: blocks))
  }

  /// No line is wider, except one that has no space to break at.
  private static let width = 80
  /// The column of explanations at most; longer terms stand on a line of their own.
  private static let widest = 28

  /// Returns the page for a terminal.
  var text: String {
    parts.map { part in
      (part.title.map { "\($0):\n" } ?? "")
        + part.blocks.map(Self.text).joined(separator: part.title == nil ? "\n" : "")
    }.joined(separator: "\n")
  }

  private static func text(_ block: Block) -> String {
    switch block {
    case .paragraph(let text): lines(text, from: 0).joined()
    case .usage(let text): lines("usage: \(text)", from: 7).joined()
    case .examples(let examples): examples.map { example in code("optimize \(example)") }.joined()
    case .rows(let rows): table(rows)
    }
  }

  private static func table(_ rows: [(term: String, text: String)]) -> String {
    let fitting = rows.map(\.term.count).filter { $0 + 4 <= widest }
    let column = (fitting.max() ?? widest - 4) + 4
    return rows.map { term, text in
      let head = "  \(term)"
      guard head.count + 2 <= column else {
        let explanation = lines(spaces(column) + text, from: column)
        return head + "\n" + explanation.joined()
      }
      return lines(head + spaces(column - head.count) + text, from: column).joined()
    }.joined()
  }

  /// Returns lines with breaks at spaces; those after the first begin at the column `indent`. Spaces
  /// at the begin and before the column stay.
  private static func lines(_ text: String, from indent: Int) -> [String] {
    var lines: [String] = []
    var line = String(text.prefix(indent))
    var isEmpty = true
    for word in text.dropFirst(indent).split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line + "\n")
        (line, isEmpty) = (spaces(indent), true)
      }
      line += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    return lines + [line + "\n"]
  }

  /// Returns a command line as a shell takes it, also where it is broken. Values stay behind their
  /// options.
  private static func code(_ text: String) -> String {
    var units: [String] = []
    for word in text.split(separator: " ") {
      if let last = units.last, last.hasPrefix("-"), !last.contains(" "), !word.hasPrefix("-") {
        units[units.count - 1] += " \(word)"
      } else {
        units.append(String(word))
      }
    }
    var lines = [" "]
    for unit in units {
      if lines[lines.count - 1].count + unit.count + 3 > width {
        lines[lines.count - 1] += " \\"
        lines.append("     ")
      }
      lines[lines.count - 1] += " \(unit)"
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}

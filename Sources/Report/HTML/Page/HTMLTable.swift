import Optimizer

/// A table that shows a limited number of rows and says how many more there are.
struct HTMLTable {
  /// `name` can be long and is the heading of its row; `prose` wraps; the others stay on one line.
  enum Kind: String, Sendable { case text, number, name, code, prose }

  struct Column: Sendable {
    let title: String
    let kind: Kind

    init(_ title: String, _ kind: Kind = .text) {
      self.title = title
      self.kind = kind
    }
  }

  /// The greatest number of rows, since more make browsers slow; JSON has them all.
  static let most = 2_000

  let id: String
  let caption: String
  let columns: [Column]
  var limit = HTMLTable.most
  /// Bytes of rows, so that a page of a large model is still small: `limit` rows with long names
  /// would be a megabyte.
  var budget = 24_000
  /// The word for a row in the line about rows that are not shown: "constant".
  var noun = "row"
  var isSortable = true
  /// The column whose values the reader can choose from.
  var filter: Int?
  /// Cells of a last row, which sorting does not move.
  var total: [Markup]?

  /// `cells` gives one cell for each column; an empty one stands for no value.
  func markup<Element>(_ elements: [Element], _ cells: (Element) -> [Markup]) -> Markup {
    var rows: Markup = ""
    var shown = 0
    for element in elements.prefix(limit) {
      let next = row(cells(element))
      guard shown == 0 || rows.text.utf8.count + next.text.utf8.count <= budget else { break }
      rows += next
      shown += 1
    }
    let heads = columns.map { column -> Markup in
      "<th scope=\"col\" class=\"\(column.kind.rawValue)\">\(column.title)</th>"
    }
    let foot = total.map { cells -> Markup in "<tfoot>\n\(row(cells))</tfoot>\n" }
    return """
      <div class="table" role="region" tabindex="0" aria-label="\(caption)">
      <table id="\(id)"\(classes)\(filterMark)>
      <caption>\(caption)</caption>
      <thead>
      <tr>\(heads)</tr>
      </thead>
      <tbody>
      \(rows)</tbody>
      \(foot)</table>
      </div>\(rest(elements.count - shown))
      """
  }

  private var classes: Markup? { isSortable ? " class=\"sortable\"" : nil }
  private var filterMark: Markup? { filter.map { " data-filter=\"\($0)\"" } }

  private func row(_ cells: [Markup]) -> Markup {
    let cells = zip(columns, cells).map { column, cell -> Markup in
      switch column.kind {
      case .name: "<th scope=\"row\">\(cell)</th>"
      case .text: "<td>\(cell)</td>"
      case .number: "<td class=\"n\">\(cell)</td>"
      case .code: "<td class=\"c\">\(cell)</td>"
      case .prose: "<td class=\"p\">\(cell)</td>"
      }
    }
    return "<tr>\(cells)</tr>\n"
  }

  private func rest(_ rest: Int) -> Markup? {
    guard rest > 0 else { return nil }
    let nouns = rest == 1 ? noun : noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
    return """

      <p class="rest">and \(Numbers.grouped(rest)) more \(nouns); --json lists them all</p>
      """
  }
}

extension Markup {
  /// Returns a number with all its digits.
  static func grouped(_ number: Int) -> Markup { "\(Numbers.grouped(number))" }

  /// Returns the kind of an operator; a custom one has the name that the file gives it.
  static func kind(_ kind: String) -> Markup { "\(ReadableText.shortened(kind, to: 48))" }

  /// Returns the reason why something was left alone; it may contain names.
  static func reason(_ reason: Reason?) -> Markup {
    reason.map { "\(ReadableText.shortened($0.text, to: 480))" } ?? ""
  }
}

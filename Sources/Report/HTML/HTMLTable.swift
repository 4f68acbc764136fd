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

  let caption: String
  let columns: [Column]
  var limit = HTMLTable.most
  /// The word for a row in the line about rows that are not shown: "constant".
  var noun = "row"
  var isSortable = true
  /// Cells of a last row, which sorting does not move.
  var total: [Markup]?

  /// `cells` gives one cell for each column.
  func markup<Element>(_ elements: [Element], _ cells: (Element) -> [Markup]) -> Markup {
    let rows = elements.prefix(limit).map { row(cells($0)) }
    let heads = columns.map { column -> Markup in
      "<th scope=\"col\" class=\"\(column.kind.rawValue)\">\(column.title)</th>"
    }
    let foot = total.map { cells -> Markup in "<tfoot>\n\(row(cells))</tfoot>\n" }
    return """
      <div class="table" role="region" tabindex="0" aria-label="\(caption)">
      <table\(isSortable ? Self.sortable : "")>
      <caption>\(caption)</caption>
      <thead>
      <tr>\(heads)</tr>
      </thead>
      <tbody>
      \(rows)</tbody>
      \(foot)</table>
      </div>\(rest(elements.count))
      """
  }

  private static let sortable: Markup = " class=\"sortable\""

  private func row(_ cells: [Markup]) -> Markup {
    let cells = zip(columns, cells).map { column, cell -> Markup in
      column.kind == .name
        ? "<th scope=\"row\" class=\"name\">\(cell)</th>"
        : "<td class=\"\(column.kind.rawValue)\">\(cell)</td>"
    }
    return "<tr>\(cells)</tr>\n"
  }

  private func rest(_ count: Int) -> Markup {
    guard count > limit else { return "" }
    let rest = count - limit
    let nouns = rest == 1 ? noun : noun + "s"
    return """

      <p class="rest">and \(Numbers.grouped(rest)) more \(nouns); --json lists them all</p>
      """
  }
}

extension Markup {
  /// Returns a number with all its digits.
  static func grouped(_ number: Int) -> Markup { "\(Numbers.grouped(number))" }

  /// The content of a cell without a value.
  static let none: Markup = "<span class=\"none\">–</span>"

  /// Returns a name from the model. Some files have names of kilobytes.
  static func name(_ name: String) -> Markup {
    name.isEmpty
      ? "<span class=\"none\">(no name)</span>" : "\(ReadableText.shortened(name, to: 240))"
  }

  /// Returns the reason why something was left alone; it may contain names.
  static func reason(_ reason: Reason?) -> Markup {
    reason.map { "\(ReadableText.shortened($0.text, to: 480))" } ?? .none
  }
}

/// The names of a table. What most of them begin with stands above the table, so that the rest, in
/// which they differ, has room.
struct HTMLNames {
  /// "model/encoder/", or empty.
  let prefix: String

  /// Columns that a name may take; the whole name shows on hover.
  private static let widest = 46
  /// Some files have names of kilobytes.
  private static let longest = 240
  /// A shorter prefix is no burden.
  private static let leastPrefix = 6

  init(_ names: [String]) {
    let parts = names.filter { !$0.isEmpty }.map { $0.split(separator: ";")[...].first ?? "" }
      .map { $0.split(separator: "/", omittingEmptySubsequences: false) }
    var prefix = ""
    var alike = parts[...]
    var depth = 0
    while true {
      var counts: [Substring: Int] = [:]
      for part in alike where part.count > depth + 1 { counts[part[depth], default: 0] += 1 }
      guard let (word, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
        count > 2, count * 2 > parts.count
      else { break }
      prefix += word + "/"
      alike = alike.filter { $0.count > depth + 1 && $0[depth] == word }[...]
      depth += 1
    }
    self.prefix = prefix.utf8.count < Self.leastPrefix ? "" : prefix
  }

  /// A line that says what "…/" stands for.
  var note: Markup? {
    guard !prefix.isEmpty else { return nil }
    return """
      <p class="rest"><code>…/</code> in names is \
      <code>\(ReadableText.shortened(prefix, to: Self.longest))</code></p>

      """
  }

  /// Returns a name of the model, cut in the middle, with the whole name on hover. Of names that a
  /// converter joined with ";" the first stands for all.
  func cell(_ name: String) -> Markup {
    guard !name.isEmpty else { return "<span class=\"none\">(no name)</span>" }
    let whole = ReadableText.shortened(name, to: Self.longest)
    let others = name.count { $0 == ";" }
    let first = ReadableText.shortened(first(of: name, mark: "…/"), to: Self.widest)
    let short = others == 0 ? first : "\(first) +\(others)"
    return short == whole ? "\(whole)" : "<span title=\"\(whole)\">\(short)</span>"
  }

  /// Returns what is left of the first part for a drawing.
  func label(_ name: String) -> String { ReadableText.visible(first(of: name, mark: "")) }

  /// Returns the first part of the name, with the mark in place of the prefix.
  private func first(of name: String, mark: String) -> String {
    let first = name.prefix { $0 != ";" }
    guard !prefix.isEmpty, first.hasPrefix(prefix) else { return String(first) }
    return mark + first.dropFirst(prefix.count)
  }
}

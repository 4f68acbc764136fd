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

  /// Returns a name of the model, cut in the middle, with the whole name on hover.
  func cell(_ name: String) -> Markup {
    guard !name.isEmpty else { return "<span class=\"none\">(no name)</span>" }
    let whole = ReadableText.shortened(name, to: Self.longest)
    let short = ReadableText.shortened(brief(whole), to: Self.widest)
    return short == whole ? "\(whole)" : "<span title=\"\(whole)\">\(short)</span>"
  }

  /// Returns the name without the prefix, for a chart.
  func brief(_ name: String) -> String {
    guard !prefix.isEmpty else { return name }
    let parts = name.split(separator: ";", omittingEmptySubsequences: false)
    return parts.map { $0.hasPrefix(prefix) ? "…/" + $0.dropFirst(prefix.count) : String($0) }
      .joined(separator: ";")
  }
}

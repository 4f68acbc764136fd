/// Colours for terminals: labels of messages, verdicts of gates, titles of help.
enum Paint {
  private static let labels: [(text: String, code: String)] = [
    ("error: ", "1;31"), ("warning: ", "1;33"), ("note: ", "1;36"), ("help: ", "1;32"),
  ]
  private static let verdicts: [(text: String, code: String)] = [
    (" passed", "32"), (" FAILED", "1;31"),
  ]

  /// Returns the text with colours. Lines are known by what they begin with.
  static func painted(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }
      .joined(separator: "\n")
  }

  private static func line(_ line: Substring) -> String {
    if let label = labels.first(where: { line.hasPrefix($0.text) }) {
      return coloured(label.text.dropLast(), label.code) + " "
        + line.dropFirst(label.text.count)
    }
    if line.hasPrefix("  gate "), let verdict = verdicts.first(where: { line.hasSuffix($0.text) }) {
      return line.dropLast(verdict.text.count - 1)
        + coloured(verdict.text.dropFirst(), verdict.code)
    }
    return String(line)
  }

  private static func coloured(_ text: some StringProtocol, _ code: String) -> String {
    "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

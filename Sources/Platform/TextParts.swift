/// Parts of texts. The standard library's own search brings its engine for regular expressions, which is
/// a twelfth of the static program; Package.swift leaves that module out.
extension String {
  /// Whether the text holds `part`, which is not empty.
  package func holds(_ part: String) -> Bool {
    var rest = utf8[...]
    while rest.count >= part.utf8.count {
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// Returns the text with `new` in place of each `old`.
  package func replacing(_ old: Character, with new: String) -> String {
    reduce(into: "") { text, character in
      if character == old { text += new } else { text.append(character) }
    }
  }
}

/// Text from a model made safe to show: no character in it is invisible or reorders its line.
package enum ReadableText {
  /// The widest line, in columns: a long name must not hide the other lines.
  private static let widest = 2000

  /// Returns lines for a terminal or a log, each with a line break. Names from a model cannot break
  /// a line, ring the bell or move the cursor.
  package static func lines(_ lines: [String]) -> String {
    lines.map { shortened($0, to: widest) + "\n" }.joined()
  }

  /// Returns `string` with every invisible scalar replaced by a visible text. XML forbids most of
  /// them; others (U+202E) reverse the text around them.
  static func visible(_ string: String) -> String {
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return string }
    var text = ""
    for scalar in string.unicodeScalars {
      if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
        text.unicodeScalars.append(picture)
      } else if isShapeless(scalar) {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        text += "⟨U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "⟩"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isShapeless(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x7F else { return false }
    if scalar.properties.isDefaultIgnorableCodePoint { return true }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }

  /// Returns at most `width` columns of text, cut in the middle, since names differ most at their
  /// end.
  package static func shortened(_ string: String, to width: Int) -> String {
    let string = visible(string)
    if string.utf8.count <= width { return string }
    let scalars = Array(string.unicodeScalars)
    guard scalars.reduce(0, { $0 + columns(of: $1) }) > width else {
      return text(scalars[...])
    }
    let head = fitting(scalars, width / 4)
    let tail = fitting(scalars.reversed(), width - width / 4 - 1)
    return text(scalars.prefix(head)) + "…" + text(scalars.suffix(tail))
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Returns the number of `scalars` that fit into `width` columns.
  private static func fitting(_ scalars: [Unicode.Scalar], _ width: Int) -> Int {
    var rest = width
    return scalars.prefix { scalar in
      rest -= columns(of: scalar)
      return rest >= 0
    }.count
  }

  /// East Asian text begins at U+1100 and takes two columns per character.
  private static func columns(of scalar: Unicode.Scalar) -> Int { scalar.value < 0x1100 ? 1 : 2 }
}

/// How wide a text may be in a drawing. Readers have different fonts, so this is that of a wide one
/// (DejaVu Sans) in the 12 pixels of the style sheet.
enum TextWidth {
  static func of(_ text: String, isStrong: Bool = false) -> Double {
    let sum = text.unicodeScalars.reduce(0.0) { $0 + width(of: $1) }
    return isStrong ? sum * 1.15 : sum
  }

  /// Returns the beginning of the text that fits, with "…" if it is cut; nil if not even five
  /// letters fit.
  static func fitting(_ text: String, in room: Double) -> String? {
    guard of(text) > room else { return text }
    var shown = ""
    var rest = room - width(of: "…")
    for scalar in text.unicodeScalars {
      rest -= width(of: scalar)
      guard rest >= 0 else { break }
      shown.unicodeScalars.append(scalar)
    }
    return shown.unicodeScalars.count < 5 ? nil : shown + "…"
  }

  private static func width(of scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", ".", ",", ":", ";", "'", "|", " ": 4.2
    case "f", "r", "t", "/", "-", "(", ")", "I": 5.2
    case "m", "w", "M", "W", "%", "@", "…", "→": 12
    case "A"..."Z", "+", "×": 9.6
    default: scalar.value < 0x1100 ? 7.9 : 14
    }
  }
}

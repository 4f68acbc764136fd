/// Text from a model made safe for a page: nothing in it is markup, invisible, or reorders its line.
enum HTMLText {
  /// Returns the text, escaped for element content and for quoted attributes.
  static func escaped(_ string: String) -> String {
    var text = ""
    text.reserveCapacity(string.utf8.count)
    for scalar in ReadableText.visible(string).unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

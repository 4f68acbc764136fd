/// A JSON value that keeps the order of its keys, so that reports read the same every time.
///
/// Written here because Foundation's encoder would make the static binary twice as large.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// An integer that `Int` has no room for.
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  package static func == (a: JSONValue, b: JSONValue) -> Bool { a.text == b.text }

  package init(_ value: UInt64) {
    self = Int(exactly: value).map(JSONValue.integer) ?? .unsigned(value)
  }

  /// Returns an object without the keys whose value is nil.
  package static func object(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    .object(pairs.compactMap { pair in pair.value.map { (pair.key, $0) } })
  }

  /// The value as JSON text, two spaces a level, ending without a line break.
  package var text: String { text(levels: .max) }

  /// Returns the text, with everything deeper than `levels` on one line.
  package func text(levels: Int) -> String {
    var text = ""
    append(to: &text, indent: "", levels: levels)
    return text
  }

  private func append(to text: inout String, indent: String, levels: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .unsigned(let value): text += String(value)
    // JSON has no infinity and no NaN.
    case .number(let value): text += value.isFinite ? String(value) : "null"
    case .string(let value): Self.append(value, to: &text)
    case .array(let values):
      Self.append(values, "[", "]", to: &text, indent, levels) { value, inner, text in
        value.append(to: &text, indent: inner, levels: levels - 1)
      }
    case .object(let pairs):
      Self.append(pairs, "{", "}", to: &text, indent, levels) { pair, inner, text in
        Self.append(pair.key, to: &text)
        text += levels > 0 ? ": " : ":"
        pair.value.append(to: &text, indent: inner, levels: levels - 1)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String,
    _ indent: String, _ levels: Int, _ body: (Element, String, inout String) -> Void
  ) {
    guard !elements.isEmpty else {
      text += open + close
      return
    }
    let inner = levels > 0 ? indent + "  " : indent
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      if levels > 0 { text += "\n" + inner }
      body(element, inner, &text)
    }
    if levels > 0 { text += "\n" + indent }
    text += close
  }

  private static func append(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

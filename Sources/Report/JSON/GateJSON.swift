import JSON

extension ReportDocument.Gate {
  /// Gates whose limit and value are numbers too, with the units in their keys, such as "limitBytes".
  private static let units: [String: String] = [
    "max-size": "Bytes", "max-download": "Bytes", "max-error": "RelativeL2",
    "min-sqnr": "Decibels", "min-agreement": "Percent", "max-drop": "Points",
    "min-sparsity": "Share",
  ]

  var json: JSONValue {
    var pairs: [(key: String, value: JSONValue)] = [
      ("name", .string(name)), ("limit", .string(limit)), ("value", .string(value)),
    ]
    if let unit = Self.units[name] {
      pairs.append(("limit\(unit)", Self.number(limit)))
      pairs.append(("value\(unit)", Self.number(value)))
    }
    return .object(pairs + [("passed", .bool(passed))])
  }

  /// Returns the number that the text begins with; null if there is none, as for an exact result.
  private static func number(_ text: String) -> JSONValue {
    let word = text.prefix { $0 != " " }
    if let whole = Int(word) { return .integer(whole) }
    return Double(word).map(JSONValue.number) ?? .null
  }
}

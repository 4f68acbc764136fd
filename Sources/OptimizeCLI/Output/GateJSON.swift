import JSON
import Report

/// Gates in JSON: beside their texts, limit and value as numbers whose keys name the unit, such as
/// "limitBytes" and "valueBytes".
enum GateJSON {
  private static let units: [String: String] = [
    "max-size": "Bytes", "max-download": "Bytes", "max-error": "RelativeL2",
    "min-sqnr": "Decibels", "min-agreement": "Percent", "max-drop": "Points",
    "min-sparsity": "Share",
  ]

  static func value(of gate: ReportDocument.Gate) -> JSONValue {
    var pairs: [(key: String, value: JSONValue)] = [
      ("name", .string(gate.name)), ("limit", .string(gate.limit)),
      ("value", .string(gate.value)),
    ]
    if let unit = units[gate.name] {
      pairs.append(("limit\(unit)", number(gate.limit)))
      pairs.append(("value\(unit)", number(gate.value)))
    }
    return .object(pairs + [("passed", .bool(gate.passed))])
  }

  /// Returns the number that the text begins with; null if there is none, as for an exact result.
  private static func number(_ text: String) -> JSONValue {
    let word = text.prefix { $0 != " " }
    if let whole = Int(word) { return .integer(whole) }
    return Double(word).map(JSONValue.number) ?? .null
  }
}

extension ReportDocument {
  /// The report as JSON with gates as numbers; `error` says why the exit code is not 0.
  func json(error: String?) -> JSONValue {
    guard case .object(let pairs) = json else { return json }
    var changed: [(key: String, value: JSONValue)] = []
    for (key, value) in pairs {
      switch key {
      case "gates": changed.append((key, .array(gates.map(GateJSON.value))))
      case "exitCode":
        if let error { changed.append(("error", .string(error))) }
        changed.append((key, value))
      default: changed.append((key, value))
      }
    }
    return .object(changed)
  }

  /// The first gate that failed, as an error.
  var gateError: String? { gates.first { !$0.passed }.map(\.failure) }
}

import JSON

/// Options of a step in JSON: text, numbers, true or false, or an array of these for an option that
/// may be given several times.
package enum OptionsJSON {
  /// Returns the options that an object holds. Throws `StepFault` for a value of another kind.
  package static func pairs(
    of object: [(key: String, value: JSONValue)]
  ) throws(StepFault) -> GivenOptions.Pairs {
    var pairs: GivenOptions.Pairs = []
    for (key, value) in object {
      if case .array(let values) = value {
        for value in values { pairs.append((key, try text(value, key))) }
      } else {
        pairs.append((key, try text(value, key)))
      }
    }
    return pairs
  }

  private static func text(_ value: JSONValue, _ key: String) throws(StepFault) -> String {
    switch value {
    case .string(let text): return text
    case .integer(let number): return String(number)
    case .number(let number): return String(number)
    case .bool(let flag): return flag ? "true" : "false"
    default: throw StepFault("'\(key)' is not a text, a number, true or false")
    }
  }

  /// Returns the options in order; an option that is given several times becomes an array.
  package static func object(
    of options: GivenOptions.Pairs
  ) -> [(key: String, value: JSONValue)] {
    var pairs: [(key: String, value: JSONValue)] = []
    for (key, text) in options {
      let value = typed(text)
      guard let index = pairs.firstIndex(where: { $0.key == key }) else {
        pairs.append((key, value))
        continue
      }
      if case .array(let values) = pairs[index].value {
        pairs[index].value = .array(values + [value])
      } else {
        pairs[index].value = .array([pairs[index].value, value])
      }
    }
    return pairs
  }

  private static func typed(_ text: String) -> JSONValue {
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    if let number = Int(text), String(number) == text { return .integer(number) }
    if let number = Double(text), number.isFinite, String(number) == text {
      return .number(number)
    }
    return .string(text)
  }
}

import JSON

/// An object of a plan file, and where it stands for errors.
struct PlanReader {
  let pairs: [(key: String, value: JSONValue)]
  private let place: String

  init(_ value: JSONValue, at place: String) throws(StepFault) {
    self.place = place
    guard case .object(let pairs) = value else {
      throw StepFault(place.isEmpty ? "is no object" : "\(place) is no object")
    }
    self.pairs = pairs
  }

  func fault(_ what: String, help: String? = nil) -> StepFault {
    StepFault(place.isEmpty ? what : "\(place): \(what)", help: help)
  }

  func check(keys: [String]) throws(StepFault) {
    guard let other = pairs.first(where: { !keys.contains($0.key) }) else { return }
    throw fault(
      "unknown key '\(other.key)'" + suggestion(for: other.key, among: keys),
      help: "keys: \(keys.joined(separator: ", "))")
  }

  private subscript(key: String) -> JSONValue? { pairs.first { $0.key == key }?.value }

  func string(_ key: String) throws(StepFault) -> String? {
    switch self[key] {
    case nil: nil
    case .string(let text): text
    default: throw fault("'\(key)' is no text")
    }
  }

  func integer(_ key: String) throws(StepFault) -> Int? {
    switch self[key] {
    case nil: nil
    case .integer(let number): number
    default: throw fault("'\(key)' is no whole number")
    }
  }

  func number(_ key: String) throws(StepFault) -> Double? {
    switch self[key] {
    case nil: nil
    case .integer(let number): Double(number)
    case .number(let number): number
    default: throw fault("'\(key)' is no number")
    }
  }

  func flag(_ key: String) throws(StepFault) -> Bool? {
    switch self[key] {
    case nil: nil
    case .bool(let flag): flag
    default: throw fault("'\(key)' is neither true nor false")
    }
  }

  func object(_ key: String) throws(StepFault) -> PlanReader? {
    guard let value = self[key] else { return nil }
    return try PlanReader(value, at: inner(key))
  }

  /// Returns what `make` makes of each object of an array; none where there is no array.
  func entries<Entry>(
    _ key: String, _ make: (PlanReader) throws(StepFault) -> Entry
  ) throws(StepFault) -> [Entry] {
    switch self[key] {
    case nil: return []
    case .array(let values):
      var found: [Entry] = []
      for (index, value) in values.enumerated() {
        found.append(try make(try PlanReader(value, at: "\(inner(key))[\(index)]")))
      }
      return found
    default: throw fault("'\(key)' is no array")
    }
  }

  /// Returns the value of an enum that must be there.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Word.Type
  ) throws(StepFault) -> Word {
    guard let text = try string(key) else { throw fault("has no '\(key)'") }
    return try word(text, key)
  }

  /// Returns the values of an array of words; none where there is no array.
  func words<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Word.Type
  ) throws(StepFault) -> [Word] {
    guard let value = self[key] else { return [] }
    guard case .array(let values) = value else { throw fault("'\(key)' is no array") }
    var found: [Word] = []
    for value in values {
      guard case .string(let text) = value else { throw fault("'\(key)' holds more than texts") }
      found.append(try word(text, key))
    }
    return found
  }

  private func word<Word: RawRepresentable<String> & CaseIterable>(
    _ text: String, _ key: String
  ) throws(StepFault) -> Word {
    if let word = Word(rawValue: text) { return word }
    let all = Word.allCases.map(\.rawValue)
    throw fault(
      "'\(key)' is '\(text)'" + suggestion(for: text, among: all),
      help: "one of: \(all.joined(separator: ", "))")
  }

  private func inner(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }
}

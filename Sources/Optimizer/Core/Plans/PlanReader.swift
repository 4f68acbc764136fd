import JSON

/// An object of a plan file, and its place for errors.
struct PlanReader {
  let pairs: [(key: String, value: JSONValue)]
  private let place: String

  init(_ value: JSONValue, at place: String) throws(StepFault) {
    self.place = place
    guard case .object(let pairs) = value else {
      throw StepFault(place.isEmpty ? "is not an object" : "\(place) is not an object")
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

  /// Returns what `read` makes of a value; nil if there is none. Throws `problem` for a value of
  /// another kind.
  private func value<Value>(
    _ key: String, _ problem: String, _ read: (JSONValue) -> Value?
  ) throws(StepFault) -> Value? {
    guard let found = self[key] else { return nil }
    guard let value = read(found) else { throw fault("'\(key)' is \(problem)") }
    return value
  }

  func string(_ key: String) throws(StepFault) -> String? {
    try value(key, "not a text") { if case .string(let text) = $0 { text } else { nil } }
  }

  func integer(_ key: String) throws(StepFault) -> Int? {
    try value(key, "not a whole number") {
      if case .integer(let number) = $0 { number } else { nil }
    }
  }

  func number(_ key: String) throws(StepFault) -> Double? {
    try value(key, "not a number") {
      switch $0 {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
  }

  func flag(_ key: String) throws(StepFault) -> Bool? {
    try value(key, "neither true nor false") {
      if case .bool(let flag) = $0 { flag } else { nil }
    }
  }

  func object(_ key: String) throws(StepFault) -> PlanReader? {
    guard let value = self[key] else { return nil }
    return try PlanReader(value, at: inner(key))
  }

  /// Returns what `make` makes of each object of an array; nothing if there is no array.
  func entries<Entry>(
    _ key: String, _ make: (PlanReader) throws(StepFault) -> Entry
  ) throws(StepFault) -> [Entry] {
    var found: [Entry] = []
    for (index, value) in try array(key).enumerated() {
      found.append(try make(try PlanReader(value, at: "\(inner(key))[\(index)]")))
    }
    return found
  }

  private func array(_ key: String) throws(StepFault) -> [JSONValue] {
    try value(key, "not an array") { if case .array(let values) = $0 { values } else { nil } } ?? []
  }

  /// Returns the value of an enum; it must be given.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Word.Type
  ) throws(StepFault) -> Word {
    guard let text = try string(key) else { throw fault("has no '\(key)'") }
    return try word(text, key)
  }

  /// Returns the values of an array of words; nothing if there is no array.
  func words<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Word.Type
  ) throws(StepFault) -> [Word] {
    var found: [Word] = []
    for value in try array(key) {
      guard case .string(let text) = value else { throw fault("'\(key)' is not only texts") }
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

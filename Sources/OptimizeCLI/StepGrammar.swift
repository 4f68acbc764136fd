import Optimizer

/// A step of `pipeline` and of recipes: its name, its options, and how they become a `Step`.
struct StepGrammar: Sendable {
  typealias Pairs = [(key: String, value: String)]

  let name: String
  /// The options that there are.
  let keys: [String]
  /// Options that may be given several times.
  var repeatable: Set<String> = []
  let example: String
  /// Gets known keys only.
  let make: @Sendable (Pairs) throws(UsageFault) -> Step

  /// All steps; one more is one line.
  static let all: [StepGrammar] = [.rewrite, .prune, .cluster, .quantize]

  static let rewrite = StepGrammar(
    name: "rewrite", keys: [], example: "rewrite", make: { _ throws(UsageFault) in .rewrite })

  /// `name:key=value,…`.
  static func step(_ text: String) throws(UsageFault) -> Step {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var pairs: Pairs = []
    for item in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      pairs.append((String(parts[0]), parts.count > 1 ? String(parts[1]) : "true"))
    }
    return try step(String(parts[0]), pairs)
  }

  static func step(_ name: String, _ pairs: Pairs) throws(UsageFault) -> Step {
    guard let grammar = all.first(where: { $0.name == name }) else {
      let suggestion = closest(to: name, among: all.map(\.name))
      throw UsageFault(
        "unknown step '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ""),
        help: "steps: " + all.map(\.example).joined(separator: ", "))
    }
    for (index, pair) in pairs.enumerated() {
      guard grammar.keys.contains(pair.key) else {
        let suggestion = closest(to: pair.key, among: grammar.keys)
        throw UsageFault(
          "step '\(name)' has no option '\(pair.key)'"
            + (suggestion.map { "; did you mean '\($0)'?" } ?? ""))
      }
      if !grammar.repeatable.contains(pair.key),
        pairs[..<index].contains(where: { $0.key == pair.key })
      {
        throw UsageFault("step '\(name)' names '\(pair.key)' twice")
      }
    }
    return try grammar.make(pairs)
  }

  static func flag(_ pair: (key: String, value: String)) throws(UsageFault) -> Bool {
    switch pair.value {
    case "true": return true
    case "false": return false
    default: throw UsageFault("'\(pair.key)' is true or false, not '\(pair.value)'")
    }
  }
}

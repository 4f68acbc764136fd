import TFLite

/// The tensors and operators that the user excluded or chose, by name or `op:KIND`.
package struct Selection: Sendable {
  /// A pattern with `*` and `?`, for tensor names, or for operator kinds after `op:`.
  package struct Rule: Sendable, Equatable {
    package let text: String
    let isKind: Bool
    let pattern: [Character]

    package init(_ text: String) {
      let isKind = text.hasPrefix("op:")
      self.init(text, pattern: isKind ? text.dropFirst(3) : text[...], isKind: isKind)
    }

    private init(_ text: String, pattern: Substring, isKind: Bool) {
      self.text = text
      self.isKind = isKind
      self.pattern = Array(pattern)
    }

    /// Returns a pattern that matches only names.
    static func named(_ text: String) -> Self { Self(text, pattern: text[...], isKind: false) }

    /// Whether the rule names a constant, a constant that it was decoded from, or an operator or
    /// output that uses it.
    func applies(to names: [String], uses: [(kind: String, outputs: [String])]) -> Bool {
      if isKind { return uses.contains { matches($0.kind) } }
      return names.contains(where: matches) || uses.contains { $0.outputs.contains(where: matches) }
    }

    func matches(_ name: String) -> Bool { Self.matches(pattern[...], Array(name)[...]) }

    /// `*` stands for any number of characters, `?` for one. Linear in practice: after a mismatch
    /// only the last star is tried again.
    private static func matches(
      _ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>
    ) -> Bool {
      var p = pattern.startIndex
      var n = name.startIndex
      var retry: (p: Int, n: Int)?
      while n < name.endIndex {
        if p < pattern.endIndex, pattern[p] == "*" {
          retry = (p + 1, n)
          p += 1
        } else if p < pattern.endIndex, pattern[p] == "?" || pattern[p] == name[n] {
          p += 1
          n += 1
        } else if let (starP, starN) = retry {
          retry = (starP, starN + 1)
          p = starP
          n = starN + 1
        } else {
          return false
        }
      }
      return pattern[p...].allSatisfy { $0 == "*" }
    }
  }

  package var only: [Rule]
  package var skip: [Rule]
  package var keepFloat: [Rule]

  package init(only: [Rule] = [], skip: [Rule] = [], keepFloat: [Rule] = []) {
    self.only = only
    self.skip = skip
    self.keepFloat = keepFloat
  }

  /// Returns why a constant is excluded, or nil.
  package func exclusion(of names: [String], uses: [(kind: String, outputs: [String])]) -> Reason? {
    func applies(_ rule: Rule) -> Bool { rule.applies(to: names, uses: uses) }
    if let rule = skip.first(where: applies) { return .skipped(rule: rule.text) }
    if let rule = keepFloat.first(where: applies) {
      return .keptFloat(rule: rule.text)
    }
    if !only.isEmpty, !only.contains(where: applies) { return .notChosen }
    return nil
  }

  /// Returns rules, of steps too, that match no tensor and no operator of the model: typing errors.
  package func unmatched(in model: Model, _ more: [Rule] = []) -> [Rule] {
    (only + skip + keepFloat + more).filter { rule in
      !model.subgraphs.contains { subgraph in
        rule.isKind
          ? subgraph.operators.contains { rule.matches(model.name(of: $0)) }
          : subgraph.tensors.contains { rule.matches($0.label) }
      }
    }
  }
}

extension Step {
  /// The options of `prune`.
  package struct Prune: Equatable, Sendable {
    /// What the sparsity is the share of.
    package enum Scope: String, CaseIterable, Sendable {
      /// Each layer gets the share.
      case layer
      /// All weights together: by magnitude, or with samples by what each layer's zeros cost.
      case global
    }

    package var sparsity: Double
    package var pattern: SparsityPattern
    /// Nil: `layer` without samples, `global` with.
    package var scope: Scope?
    package var depthwise = false
    package var skipFirst = false
    package var skipLast = false
    package var encodesSparse = false
    /// The signature that samples are for.
    package var signature: String?

    /// From options as the user writes them, without dashes: "sparsity", "pattern", "scope",
    /// "depthwise", "skip-first", "skip-last", "encode-sparse". Throws `StepFault`.
    package init(_ options: [(key: String, value: String)]) throws(StepFault) {
      var pattern = SparsityPattern.unstructured
      var sparsity: Double?
      for (key, value) in options {
        switch key {
        case "sparsity": sparsity = try Self.share(value)
        case "pattern": pattern = try Self.pattern(value)
        case "scope":
          guard let known = Scope(rawValue: value) else {
            throw StepFault(
              "unknown scope '\(value)'", help: "scopes: layer, global")
          }
          scope = known
        case "depthwise": depthwise = try Self.flag(value, key)
        case "skip-first": skipFirst = try Self.flag(value, key)
        case "skip-last": skipLast = try Self.flag(value, key)
        case "encode-sparse": encodesSparse = try Self.flag(value, key)
        default: throw StepFault("step 'prune' has no option '\(key)'")
        }
      }
      self.pattern = pattern
      if let own = pattern.ownSparsity {
        guard sparsity ?? own == own else {
          throw StepFault(
            "pattern \(pattern.text) makes \(own) of the weights zero, not \(sparsity ?? own)",
            help: "leave the sparsity out, or use another pattern")
        }
        guard scope != .global else {
          throw StepFault("pattern \(pattern.text) holds in every layer, so it has no global scope")
        }
        self.sparsity = own
      } else {
        guard let sparsity else {
          throw StepFault("no sparsity given", help: "such as --sparsity 0.5")
        }
        self.sparsity = sparsity
      }
    }

    package static let keys = [
      "sparsity", "pattern", "scope", "depthwise", "skip-first", "skip-last", "encode-sparse",
    ]

    private static func share(_ text: String) throws(StepFault) -> Double {
      guard let share = Double(text), share > 0, share < 1 else {
        throw StepFault(
          "'\(text)' is no sparsity: it is a share of the weights, above 0 and below 1",
          help: "such as 0.5")
      }
      return share
    }

    private static func pattern(_ text: String) throws(StepFault) -> SparsityPattern {
      if text == "channels" {
        throw StepFault(
          "whole channels are only estimated: to leave them out changes what all readers read",
          help: "optimize prune MODEL --sparsity S --pattern channels")
      }
      guard let pattern = SparsityPattern(text) else {
        throw StepFault(
          "unknown pattern '\(text)'",
          help: "patterns: unstructured, n:m (n of m stay, such as 2:4), block:1x4, block:1x16")
      }
      return pattern
    }

    private static func flag(_ value: String, _ key: String) throws(StepFault) -> Bool {
      guard let flag = Bool(value) else {
        throw StepFault("'\(key)' is true or false, not '\(value)'")
      }
      return flag
    }

    /// Options that are not at their default.
    var described: [(key: String, value: String)] {
      var options: [(String, String)] = []
      if pattern.ownSparsity == nil { options.append(("sparsity", "\(sparsity)")) }
      if pattern != .unstructured { options.append(("pattern", pattern.text)) }
      if let scope { options.append(("scope", scope.rawValue)) }
      if depthwise { options.append(("depthwise", "true")) }
      if skipFirst { options.append(("skip-first", "true")) }
      if skipLast { options.append(("skip-last", "true")) }
      if encodesSparse { options.append(("encode-sparse", "true")) }
      return options
    }
  }
}

/// Why a step cannot be as it was asked for.
package struct StepFault: Error, Equatable, Sendable {
  package let message: String
  package let help: String?

  init(_ message: String, help: String? = nil) {
    (self.message, self.help) = (message, help)
  }
}

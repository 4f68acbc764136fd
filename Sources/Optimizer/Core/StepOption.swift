/// An option of a step, said once.
///
/// From this row come the command's `--key`, the `key=value` of `pipeline` and of recipes, the options
/// that reports list, help, completions and STEPS.md.
package struct StepOption<Owner: Step>: Sendable {
  package typealias Setter = @Sendable (inout Owner, String) throws(StepFault) -> Void

  package private(set) var facts: OptionFacts
  /// Sets the option from its text.
  let set: Setter
  /// The values that the option has, as texts that `set` reads; several for a repeatable one.
  let texts: @Sendable (Owner) -> [String]

  /// An option with a value of any kind.
  package static func text(
    _ key: String, _ placeholder: String, _ help: String,
    texts: @escaping @Sendable (Owner) -> [String], set: @escaping Setter
  ) -> Self {
    Self(facts: OptionFacts(key, placeholder, help), set: set, texts: texts)
  }

  /// True or false. The command line has a flag without a value: `--key` for true, or `off` for false
  /// where true is the default.
  package static func flag(
    _ key: String, _ property: WritableKeyPath<Owner, Bool> & Sendable, off: String? = nil,
    _ help: String
  ) -> Self {
    flag(
      key, off: off, help, isOn: { $0[keyPath: property] },
      set: { step, isOn in step[keyPath: property] = isOn })
  }

  /// True or false, for what is not a property.
  package static func flag(
    _ key: String, off: String? = nil, _ help: String, isOn: @escaping @Sendable (Owner) -> Bool,
    set: @escaping @Sendable (inout Owner, Bool) throws(StepFault) -> Void
  ) -> Self {
    var facts = OptionFacts(key, nil, help)
    if let off { (facts.flag, facts.flagValue) = (off, "false") }
    return Self(
      facts: facts,
      set: { (step: inout Owner, text: String) throws(StepFault) in
        guard let value = Bool(text) else {
          throw StepFault("'\(key)' is true or false, not '\(text)'")
        }
        try set(&step, value)
      }, texts: { ["\(isOn($0))"] })
  }

  /// A whole number within `range`; `noun` is what an error calls it.
  package static func number(
    _ key: String, _ placeholder: String, _ property: WritableKeyPath<Owner, Int> & Sendable,
    in range: ClosedRange<Int>, noun: String, _ help: String
  ) -> Self {
    text(
      key, placeholder, help, texts: { ["\($0[keyPath: property])"] },
      set: { (step: inout Owner, text: String) throws(StepFault) in
        guard let number = Int(text), range.contains(number) else {
          throw StepFault("'\(text)' is no \(noun) from \(range.lowerBound) to \(range.upperBound)")
        }
        step[keyPath: property] = number
      })
  }

  /// One of the values of an enum, by their raw values; not given, the property stays nil.
  package static func choice<Value: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ key: String, _ property: WritableKeyPath<Owner, Value?> & Sendable, _ help: String
  ) -> Self {
    let all = Value.allCases.map(\.rawValue)
    return text(
      key, all.joined(separator: "|"), help,
      texts: { $0[keyPath: property].map { [$0.rawValue] } ?? [] },
      set: { (step: inout Owner, text: String) throws(StepFault) in
        guard let value = Value(rawValue: text) else {
          throw StepFault(
            "unknown \(key) '\(text)'", help: "\(key)s: \(all.joined(separator: ", "))")
        }
        step[keyPath: property] = value
      })
  }

  /// Returns the option as one that must be given: the errors where a command or a pipeline lacks it.
  /// The option `other` may stand for it.
  package func required(
    command: StepFault, pipeline: StepFault, unless other: String? = nil
  ) -> Self {
    var option = self
    option.facts.missing = (command, pipeline)
    option.facts.substitute = other
    return option.withoutDefault()
  }

  /// Returns the option as one that is set before those that what it holds decides on.
  package func leading() -> Self {
    var option = self
    option.facts.isLeading = true
    return option
  }

  /// Returns the option as one that has no value of its own where it is not given.
  package func withoutDefault() -> Self {
    var option = self
    option.facts.hasDefault = false
    return option
  }

  /// Returns the option as one that may be given several times.
  package func repeatable() -> Self {
    var option = self
    option.facts.isRepeatable = true
    return option
  }

  /// Returns the option as one whose flag alone means "true".
  package func withOptionalValue() -> Self {
    var option = self
    option.facts.hasOptionalValue = true
    return option
  }

  /// Returns the option with a test of the step before it is set, whatever its value.
  package func only(
    if check: @escaping @Sendable (Owner, _ key: String) throws(StepFault) -> Void
  ) -> Self {
    let (set, key) = (set, facts.key)
    return Self(
      facts: facts,
      set: { (step: inout Owner, text: String) throws(StepFault) in
        try check(step, key)
        try set(&step, text)
      }, texts: texts)
  }
}

/// What a row says about an option, whatever step it belongs to.
package struct OptionFacts: Sendable {
  /// As in `pipeline`, such as "sparsity".
  package let key: String
  /// What stands for the value in help; nil for true or false.
  package let placeholder: String?
  package let help: String
  /// The option of the command line, without dashes.
  package internal(set) var flag: String
  /// What the flag alone means.
  package internal(set) var flagValue = "true"
  package internal(set) var hasOptionalValue = false
  package internal(set) var isRepeatable = false
  /// Whether the step holds a value that counts where the option is not given.
  package internal(set) var hasDefault = true
  /// The errors where a required option is missing; nil for the others.
  package internal(set) var missing: (command: StepFault, pipeline: StepFault)?
  /// The option that a required one may be left out for.
  package internal(set) var substitute: String?
  /// Whether the option is set before others.
  package internal(set) var isLeading = false

  init(_ key: String, _ placeholder: String?, _ help: String) {
    self.key = key
    self.placeholder = placeholder
    self.help = help
    flag = key
  }
}

/// An option of a step.
///
/// This row is the only source of the command's `--key`, the `key=value` of `pipeline` and recipes,
/// the options in reports, help, completions and STEPS.md.
package struct StepOption<Owner: Step>: Sendable {
  package typealias Setter = @Sendable (inout Owner, String) throws(StepFault) -> Void

  package private(set) var facts: OptionFacts
  /// Sets the option from its text.
  let set: Setter
  /// The values of the option as texts that `set` reads; several for a repeatable one.
  let texts: @Sendable (Owner) -> [String]

  /// An option with a value of any kind.
  package static func text(
    _ key: String, _ placeholder: String, _ help: String,
    texts: @escaping @Sendable (Owner) -> [String], set: @escaping Setter
  ) -> Self {
    Self(facts: OptionFacts(key, placeholder, help), set: set, texts: texts)
  }

  /// True or false. On the command line it is a flag without a value: `--key` for true, or `off`
  /// for false if true is the default.
  package static func flag(
    _ key: String, _ property: WritableKeyPath<Owner, Bool> & Sendable, off: String? = nil,
    _ help: String
  ) -> Self {
    flag(
      key, off: off, help, isOn: { $0[keyPath: property] },
      set: { step, isOn in step[keyPath: property] = isOn })
  }

  /// True or false, for an option that is not a property.
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

  /// A whole number within `range`; errors call it `noun`.
  package static func number(
    _ key: String, _ placeholder: String, _ property: WritableKeyPath<Owner, Int> & Sendable,
    in range: ClosedRange<Int>, noun: String, _ help: String
  ) -> Self {
    text(
      key, placeholder, help, texts: { ["\($0[keyPath: property])"] },
      set: { (step: inout Owner, text: String) throws(StepFault) in
        guard let number = Int(text), range.contains(number) else {
          throw StepFault(
            "\(noun) must be from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        step[keyPath: property] = number
      })
  }

  /// One of the values of an enum, by their raw values. The property stays nil if the option is not
  /// given.
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

  /// Returns the option as a required one, with the errors that a command or a pipeline without it
  /// gets. One of the options `others` may replace it.
  package func required(
    command: StepFault, pipeline: StepFault, unless others: [String] = []
  ) -> Self {
    var option = self
    option.facts.missing = (command, pipeline)
    option.facts.substitutes = others
    return option.withoutDefault()
  }

  /// Returns the option as one that is set before the options that depend on its value.
  package func leading() -> Self {
    var option = self
    option.facts.isLeading = true
    return option
  }

  /// Returns the option as one without a default value.
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

  /// Returns the option as one of a step that holds its step.
  package func of<Outer: Step>(
    _ property: WritableKeyPath<Outer, Owner> & Sendable
  ) -> StepOption<Outer> {
    let (set, texts) = (set, texts)
    return StepOption<Outer>(
      facts: facts,
      set: { (step: inout Outer, text: String) throws(StepFault) in
        try set(&step[keyPath: property], text)
      }, texts: { texts($0[keyPath: property]) })
  }

  /// Returns the option with a check of the step that runs before the option is set to any value.
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

/// The facts about an option that do not depend on its step's type.
package struct OptionFacts: Sendable {
  /// The key in `pipeline`, such as "sparsity".
  package let key: String
  /// The placeholder for the value in help; nil for true or false.
  package let placeholder: String?
  package let help: String
  /// The option of the command line, without dashes.
  package internal(set) var flag: String
  /// The value of the flag alone.
  package internal(set) var flagValue = "true"
  package internal(set) var hasOptionalValue = false
  package internal(set) var isRepeatable = false
  /// Whether the step has a value that counts if the option is not given.
  package internal(set) var hasDefault = true
  /// The errors for a missing required option; nil for other options.
  package internal(set) var missing: (command: StepFault, pipeline: StepFault)?
  /// The option that replaces a required one.
  package internal(set) var substitutes: [String] = []
  /// Whether the option is set before others.
  package internal(set) var isLeading = false

  init(_ key: String, _ placeholder: String?, _ help: String) {
    self.key = key
    self.placeholder = placeholder
    self.help = help
    flag = key
  }
}

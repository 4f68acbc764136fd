/// The options that a step was given, and where.
package struct GivenOptions: Sendable {
  package enum Form: Sendable {
    /// As options of a command.
    case command
    /// As options of a command that shows a table of choices; the command sets some options itself.
    case table
    /// In a pipeline or a recipe.
    case pipeline
  }

  package typealias Pairs = [(key: String, value: String)]

  package let form: Form
  package let pairs: Pairs

  package init(_ pairs: Pairs, as form: Form = .pipeline) {
    self.pairs = pairs
    self.form = form
  }

  package func has(_ key: String) -> Bool { pairs.contains { $0.key == key } }
}

extension Step {
  /// Makes the step with options as texts. Unknown or repeated keys are errors.
  package init(_ given: GivenOptions) throws(StepFault) {
    self.init()
    let rows = Self.options
    for (index, pair) in given.pairs.enumerated() {
      guard let row = rows.first(where: { $0.facts.key == pair.key }) else {
        throw StepFault(
          "step '\(Self.name)' has no option '\(pair.key)'"
            + suggestion(for: pair.key, among: rows.map(\.facts.key)))
      }
      if !row.facts.isRepeatable, given.pairs[..<index].contains(where: { $0.key == pair.key }) {
        throw StepFault("step '\(Self.name)' names '\(pair.key)' twice")
      }
    }
    for row in rows {
      guard let missing = row.facts.missing, !given.has(row.facts.key),
        !row.facts.substitutes.contains(where: given.has)
      else { continue }
      switch given.form {
      case .command: throw missing.command
      case .pipeline: throw missing.pipeline
      case .table: continue
      }
    }
    let leading = rows.filter(\.facts.isLeading).map(\.facts.key)
    try set(leading.flatMap { key in given.pairs.filter { $0.key == key } })
    try set(given.pairs.filter { !leading.contains($0.key) })
    try check(given)
  }

  /// Sets options in their order; unknown ones are ignored.
  mutating func set(_ pairs: GivenOptions.Pairs) throws(StepFault) {
    for (key, value) in pairs {
      try Self.options.first { $0.facts.key == key }?.set(&self, value)
    }
  }

  package init(_ pairs: GivenOptions.Pairs) throws(StepFault) {
    try self.init(GivenOptions(pairs))
  }

  /// Returns the step with options as texts, for types that are known only at run time.
  package static func made(_ given: GivenOptions) throws(StepFault) -> Self { try Self(given) }

  /// The facts of the rows, in their order.
  package static var optionFacts: [OptionFacts] { options.map(\.facts) }

  /// Returns the default value of an option as text; nil if there is none.
  package static func standardValue(of key: String) -> String? {
    guard let row = options.first(where: { $0.facts.key == key }), row.facts.hasDefault else {
      return nil
    }
    return row.texts(Self()).first
  }

  /// Options that are not at their default, as `pipeline` takes them; repeatable ones are last.
  package var described: GivenOptions.Pairs {
    let standard = Self()
    var once: GivenOptions.Pairs = []
    var repeated: GivenOptions.Pairs = []
    for row in Self.options {
      let texts = row.texts(self)
      guard !row.facts.hasDefault || texts != row.texts(standard) else { continue }
      let pairs = texts.map { (row.facts.key, $0) }
      if row.facts.isRepeatable { repeated += pairs } else { once += pairs }
    }
    return once + repeated
  }

  /// As the user writes it in `pipeline`.
  package var text: String {
    let options = described.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    return options.isEmpty ? name : "\(name):\(options)"
  }
}

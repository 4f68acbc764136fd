import TFLite

/// A row of a target's table: operators and the conditions on which the target runs them.
struct Rule: Sendable {
  let kinds: [BuiltinOperator]
  let types: TypeRule
  let conditions: [Condition]
  let evidence: Evidence

  /// `names` are the schema's, separated by spaces.
  init(_ names: String, _ types: TypeRule, _ conditions: [Condition] = [], by evidence: Evidence) {
    kinds = names.split(whereSeparator: \.isWhitespace).map { name in
      guard let kind = BuiltinOperator(named: String(name)) else {
        preconditionFailure("the schema has no operator \(name)")
      }
      return kind
    }
    self.types = types
    self.conditions = conditions
    self.evidence = evidence
  }
}

/// The types that a row is for.
enum TypeRule: Sendable {
  case any
  /// All data inputs and outputs have the same one of these types.
  case data([TensorType])
  /// All data inputs; outputs have other types.
  case inputs([TensorType])
  case first([TensorType])
  /// The first input, and the first output.
  case convert([TensorType], [TensorType])

  func obstacle(_ view: OperatorView) -> Obstacle? {
    switch self {
    case .any: return nil
    case .first(let types): return Self.check(view.input(0), in: types, .input)
    case .convert(let from, let to):
      return Self.check(view.input(0), in: from, .input) ?? Self.check(view.output, in: to, .output)
    case .inputs(let types): return Self.check(view.dataInputs, types)
    case .data(let types):
      return Self.check(view.dataInputs, types) ?? Self.check(view.outputs, types)
        ?? (Set(view.data.map(\.type)).count > 1 ? .typesDiffer : nil)
    }
  }

  private static func check(_ operands: [OperatorView.Operand], _ types: [TensorType]) -> Obstacle?
  {
    operands.first { !types.contains($0.type) }.map { .type(.input, $0.type) }
  }

  private static func check(
    _ operand: OperatorView.Operand?, in types: [TensorType], _ part: Obstacle.Part
  ) -> Obstacle? {
    guard let operand else { return .missing(part) }
    return types.contains(operand.type) ? nil : .type(part, operand.type)
  }
}

/// The table of a target.
struct RuleBook: Sendable {
  private let rows: [BuiltinOperator: [Rule]]
  /// Conditions of every operator except those with a name here.
  private let general: [(condition: Condition, except: Set<BuiltinOperator>)]
  /// Custom operators that it runs, by their code.
  private let custom: [String: TypeRule]
  /// Whether an operator that is not in the table has no kernel; otherwise nothing is known of it.
  private let isComplete: Bool
  /// Whether the target's compiler computes what follows from constants and shapes.
  private let isFolding: Bool
  let evidence: [Evidence]

  init(
    _ rules: [Rule], general: [(condition: Condition, except: String)] = [],
    custom: [String: TypeRule] = [:], isComplete: Bool = true, isFolding: Bool = false
  ) {
    var rows: [BuiltinOperator: [Rule]] = [:]
    for rule in rules {
      for kind in rule.kinds { rows[kind, default: []].append(rule) }
    }
    self.rows = rows
    self.general = general.map { row in
      let names = row.except.split(separator: " ")
      return (row.condition, Set(names.compactMap { BuiltinOperator(named: String($0)) }))
    }
    self.custom = custom
    self.isComplete = isComplete
    self.isFolding = isFolding
    evidence = rules.map(\.evidence)
  }

  func verdict(of view: OperatorView) -> Verdict {
    if view.kind == .custom {
      guard let types = custom[view.name] else { return .fallsBack(.custom) }
      return types.obstacle(view).map(Verdict.fallsBack) ?? .runs
    }
    if isFolding, view.isComputable { return .runs }
    guard let rows = rows[view.kind] else {
      return isComplete ? .fallsBack(.noKernel) : .unknown(.notListed)
    }
    for row in general where !row.except.contains(view.kind) {
      if let obstacle = row.condition.obstacle(view) { return .fallsBack(obstacle) }
    }
    return verdict(of: view, rows)
  }

  /// The obstacle of the row that comes nearest: the last whose types fit.
  private func verdict(of view: OperatorView, _ rows: [Rule]) -> Verdict {
    var nearest: Obstacle?
    var byType: Obstacle?
    for row in rows {
      if let obstacle = row.types.obstacle(view) {
        byType = byType ?? obstacle
        continue
      }
      guard let obstacle = row.conditions.lazy.compactMap({ $0.obstacle(view) }).first else {
        return row.evidence.mark == .remembered ? .unknown(.onlyRemembered) : .runs
      }
      nearest = obstacle
    }
    return .fallsBack(nearest ?? byType ?? .noKernel)
  }
}

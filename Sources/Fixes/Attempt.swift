import OpSet
import Optimizer
import TFLite

/// A model after rules ran until none changed anything.
struct Attempt {
  private(set) var model: Model
  /// For each rule, how many operators went.
  private(set) var gone: [(rule: any FixRule.Type, gone: Int)]
  private(set) var touched: Set<BuiltinOperator> = []
  private(set) var edits = 0
  private(set) var operators = 0
  /// The rule that first changed what makes a tensor.
  private(set) var names: [TensorID: String] = [:]

  /// Rules enable one another a few times; no model of the zoo took more than six rounds.
  private static let mostRounds = 32

  /// The rules without those that made `aim` refuse more.
  private(set) var kept: [any FixRule.Type]

  /// With `aim`, takes a rule back wherever the target refuses more after it.
  init(
    _ rules: [any FixRule.Type], on model: Model, _ job: Job, naming: Bool = false,
    sparing aim: TargetAim? = nil
  ) throws {
    self.model = model
    gone = rules.map { ($0, 0) }
    kept = rules
    var banned: Set<Int> = []
    for subgraph in model.subgraphs.indices {
      var editor = GraphEditor(self.model, subgraph: subgraph, job: job)
      for _ in 0..<Self.mostRounds where !rules.isEmpty {
        let edits = editor.edits
        for (index, rule) in rules.enumerated() where !banned.contains(index) {
          let before = editor
          try rule.init().apply(to: &editor)
          guard editor.edits > before.edits else { continue }
          editor.sweep()
          if let aim {
            let earlier = rules.indices.prefix(index).filter { !banned.contains($0) }
            if try aim.refusesMore(editor, than: before, after: earlier.map { rules[$0] }) {
              banned.insert(index)
              editor = before
              continue
            }
          }
          if naming { name(before, editor, rule.name) }
          gone[index].gone += before.operatorCount - editor.operatorCount
        }
        if editor.edits == edits { break }
      }
      take(editor)
    }
    kept = rules.indices.filter { !banned.contains($0) }.map { rules[$0] }
  }

  private mutating func take(_ editor: GraphEditor) {
    model = editor.model
    touched.formUnion(editor.touched)
    edits += editor.edits
    operators += editor.operatorCount
  }

  private mutating func name(_ before: GraphEditor, _ after: GraphEditor, _ rule: String) {
    for index in before.operators(notIn: after) {
      for tensor in before.operators[index].outputs ?? [] where tensor >= 0 {
        names[before.id(tensor)] = names[before.id(tensor)] ?? rule
      }
    }
  }

  /// Rewrites the operators that a target refuses.
  mutating func rewrite(for aim: TargetAim, _ rules: [any TargetRule.Type]) throws {
    gone += rules.map { ($0, 0) }
    operators = 0
    let called = model.calledSubgraphs
    for subgraph in model.subgraphs.indices {
      var editor = GraphEditor(model, subgraph: subgraph, job: aim.job)
      let isSeen = aim.target.seesAllSubgraphs || !called.contains(subgraph)
      if isSeen, !rules.isEmpty { try rewrite(&editor, aim, rules) }
      take(editor)
    }
    dropUncalled(of: called)
  }

  /// Removes bodies of loops that are no loops any more, where no other subgraph stands behind them.
  private mutating func dropUncalled(of called: Set<Int>) {
    while let last = model.subgraphs.indices.last, called.contains(last),
      !model.calledSubgraphs.contains(last)
    {
      for entry in model.subgraphs[last].operators {
        operators -= 1
        for tensor in entry.outputs ?? [] where tensor >= 0 {
          names[TensorID(last, tensor)] = names[TensorID(last, tensor)] ?? UnrolledLoops.name
        }
      }
      model.subgraphs.removeLast()
    }
  }

  /// Tries the rules on every operator that the target refuses.
  private mutating func rewrite(
    _ editor: inout GraphEditor, _ aim: TargetAim, _ rules: [any TargetRule.Type]
  ) throws {
    let search = TargetSearch(aim: aim, rules: rules)
    var refused = aim.weights(Array(editor.operators.indices), editor)
    var waiting = editor.operators.compactMap { $0.outputs?.first }.filter { refused[$0] != nil }
    var tried = 0
    while tried < waiting.count {
      let result = waiting[tried]
      tried += 1
      guard refused[result] != nil,
        let found = try search.replacement(of: result, editor, refused)
      else { continue }
      // What is refused less may be rewritten once more.
      waiting += found.refused.keys.filter { refused[$0] == nil || $0 == result }.sorted()
      for step in found.steps {
        name(step.before, step.after, step.rule.name)
        if let place = gone.lastIndex(where: { $0.rule == step.rule }) {
          gone[place].gone += step.before.operatorCount - step.after.operatorCount
        }
      }
      editor = found.editor
      refused = found.refused
    }
  }
}

extension Attempt {
  /// Returns why the runtime that was asked for does not have an operator of a kind that was written.
  func refusal(by options: RunOptions) -> Reason? {
    guard options.runtime != nil else { return nil }
    for subgraph in model.subgraphs {
      for entry in subgraph.operators where touched.contains(model.kind(of: entry)) {
        let signature = OperatorSignature(entry, in: subgraph, of: model)
        let version = OpSet.spec(for: signature.kind)?.version(for: signature)
        if let reason = version.flatMap({ options.refusal(of: signature.kind, version: $0) })
          ?? options.refusal(of: signature)
        {
          return reason
        }
      }
    }
    return nil
  }
}

extension Model {
  /// Subgraphs that operators run.
  fileprivate var calledSubgraphs: Set<Int> {
    Set(subgraphs.flatMap { $0.operators.flatMap(\.calledSubgraphs) }.map { Int($0) })
  }
}

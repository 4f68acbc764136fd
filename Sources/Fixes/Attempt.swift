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

  init(_ rules: [any FixRule.Type], on model: Model, _ job: Job, naming: Bool = false) throws {
    self.model = model
    gone = rules.map { ($0, 0) }
    for subgraph in model.subgraphs.indices {
      var editor = GraphEditor(self.model, subgraph: subgraph, job: job)
      for _ in 0..<Self.mostRounds where !rules.isEmpty {
        let edits = editor.edits
        for (index, rule) in rules.enumerated() {
          let before = editor
          try rule.init().apply(to: &editor)
          guard editor.edits > before.edits else { continue }
          editor.sweep()
          if naming { name(before, editor, rule.name) }
          gone[index].gone += before.operatorCount - editor.operatorCount
        }
        if editor.edits == edits { break }
      }
      self.model = editor.model
      touched.formUnion(editor.touched)
      edits += editor.edits
      operators += editor.operatorCount
    }
  }

  private mutating func name(_ before: GraphEditor, _ after: GraphEditor, _ rule: String) {
    for entry in before.operators {
      for tensor in entry.outputs ?? [] where tensor >= 0 && names[before.id(tensor)] == nil {
        if after.producer(of: tensor)?.entry != entry { names[before.id(tensor)] = rule }
      }
    }
  }

  /// Rewrites the operators that a target refuses.
  mutating func rewrite(for aim: TargetAim, _ rules: [any TargetRule.Type]) throws {
    gone += rules.map { ($0, 0) }
    operators = 0
    for subgraph in model.subgraphs.indices {
      var editor = GraphEditor(model, subgraph: subgraph, job: aim.job)
      if !rules.isEmpty { try rewrite(&editor, aim, rules) }
      model = editor.model
      touched.formUnion(editor.touched)
      edits += editor.edits
      operators += editor.operatorCount
    }
  }

  /// Tries the rules on every operator that the target refuses, and on refused ones of those that a
  /// rule made.
  private mutating func rewrite(
    _ editor: inout GraphEditor, _ aim: TargetAim, _ rules: [any TargetRule.Type]
  ) throws {
    var refused = aim.weights(Array(editor.operators.indices), editor)
    var waiting = editor.operators.compactMap { $0.outputs?.first }.filter { refused[$0] != nil }
    var tried = 0
    while tried < waiting.count {
      let result = waiting[tried]
      tried += 1
      guard let index = editor.producer(of: result)?.index, !editor.isExcluded(index) else {
        continue
      }
      for rule in rules where rule.kinds.contains(editor.kind(index)) {
        var trial = editor
        guard try rule.init().rewrite(index, &trial) else { continue }
        trial.sweep()
        let new = trial.operators.indices.filter { trial.differs($0, from: editor) }
        let old = editor.operators.indices.filter { editor.differs($0, from: trial) }
          .compactMap { editor.operators[$0].outputs?.first }
        let found = aim.weights(new, trial)
        guard found.values.reduce(0, +) < old.reduce(0, { $0 + (refused[$1] ?? 0) }) else {
          continue
        }
        if let place = gone.lastIndex(where: { $0.rule == rule }) {
          gone[place].gone += editor.operatorCount - trial.operatorCount
        }
        name(editor, trial, rule.name)
        for tensor in old { refused[tensor] = nil }
        refused.merge(found) { $1 }
        waiting += found.keys.sorted()
        editor = trial
        break
      }
    }
  }
}

extension GraphEditor {
  /// Whether another state of the subgraph has another operator, or none, for the result.
  fileprivate func differs(_ index: Int, from other: GraphEditor) -> Bool {
    guard let result = operators[index].outputs?.first, result >= 0,
      other.graph.producer.indices.contains(Int(result))
    else { return true }
    return other.producer(of: result)?.entry != operators[index]
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

import Optimizer
import TFLite
import Targets

/// A target, and how it sees models while they are rewritten for it.
struct TargetAim {
  let target: Target
  let job: Job

  /// Returns the weights of the operators that the target refuses, by their first results.
  func weights(_ positions: [Int], _ editor: GraphEditor) -> [Int32: Int] {
    guard !positions.isEmpty else { return [:] }
    let views = ModelView.operators(
      of: job.file.with(editor.model), subgraph: editor.subgraph, editor.graph, at: positions,
      target.lens)
    var weights: [Int32: Int] = [:]
    for (position, view) in zip(positions, views) {
      guard let obstacle = target.obstacle(to: view),
        let result = editor.operators[position].outputs?.first
      else { continue }
      weights[result] = obstacle.weight
    }
    return weights
  }

  /// Whether the target refuses more of a subgraph than it did before, also when `rules` have worked on
  /// it again.
  func refusesMore(
    _ editor: GraphEditor, than before: GraphEditor, after rules: [any FixRule.Type]
  ) throws -> Bool {
    guard weight(of: editor, notIn: before) > weight(of: before, notIn: editor) else {
      return false
    }
    var settled = editor
    for rule in rules { try rule.init().apply(to: &settled) }
    guard settled.edits > editor.edits else { return true }
    settled.sweep()
    return weight(of: settled, notIn: before) > weight(of: before, notIn: settled)
  }

  private func weight(of editor: GraphEditor, notIn other: GraphEditor) -> Int {
    weights(editor.operators(notIn: other), editor).values.reduce(0, +)
  }

  /// Returns how much the target refuses of a model.
  func resistance(_ model: Model) -> Int {
    Standing(of: job.file.with(model), on: target, target.lens).resistance
  }

  /// Returns the verdicts on the model as it would be written.
  func standing(_ model: Model) throws -> Standing {
    var (model, job) = (model, job)
    try RestoreConstants().run(on: &model, in: &job)
    return Standing(of: job.file.with(model), on: target, target.lens)
  }

  /// Returns for operators of the input the rule after which they run, or are gone.
  func names(
    _ before: Standing, _ after: Standing, _ model: Model, _ rules: [TensorID: String]
  ) throws -> [OperatorPlace: String] {
    var (model, job) = (model, job)
    try RestoreConstants().run(on: &model, in: &job)
    var runs: [TensorID: Bool] = [:]
    for row in after.rows {
      for tensor in model.results(of: row.place) { runs[tensor] = row.verdict.isRun }
    }
    var names: [OperatorPlace: String] = [:]
    for row in before.rows where !row.verdict.isRun {
      guard let result = job.file.model.results(of: row.place).first, runs[result] != false else {
        continue
      }
      names[row.place] = rules[result] ?? FixStep.name
    }
    return names
  }
}

extension Model {
  fileprivate func results(of place: OperatorPlace) -> [TensorID] {
    (subgraphs[place.subgraph].operators[place.index].outputs ?? []).filter { $0 >= 0 }
      .map { TensorID(place.subgraph, $0) }
  }
}

extension Obstacle {
  /// What is only remembered to be refused counts half.
  fileprivate var weight: Int {
    switch self {
    case .onlyRemembered, .notListed: 1
    default: 2
    }
  }
}

extension Standing {
  /// The sum of the weights of what the target refuses by itself.
  var resistance: Int { rows.reduce(0) { $0 + ($1.obstacle?.weight ?? 0) } }
}

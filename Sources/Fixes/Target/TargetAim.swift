import Optimizer
import TFLite
import Targets

/// A target, and how it sees models while they are rewritten for it.
struct TargetAim {
  let target: Target
  let job: Job

  /// Returns why the target refuses each operator of a subgraph; nil where it does not.
  func obstacles(_ editor: GraphEditor) -> [Obstacle?] {
    ModelView.operators(
      of: job.file.with(editor.model), subgraph: editor.subgraph,
      at: Array(editor.operators.indices), target.lens
    ).map { target.obstacle(to: $0) }
  }

  /// Returns how many operators of a model the target refuses.
  func refused(_ model: Model) -> Int {
    Standing(of: job.file.with(model), on: target, target.lens).refused
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

import Evaluation
import Interpreter
import Platform
import Samples
import TFLite
import Training

/// Says on samples that were not trained on how far a model is from what is wanted: from labels where
/// training saw some, from the float model's probabilities where these were trained, and from its
/// outputs elsewhere.
struct TrainingJudge {
  private let expected: [ExpectedResults]
  private let goal: (position: Int, goal: TrainingGoal)?
  /// The class of each sample, where labels were used.
  private let labels: [Int]?

  /// Each of the outputs' groups has a noise of its own; the geometric mean of these counts.
  init(
    _ teacher: Teacher, _ outputs: TrainingOutputs, probes: [Trainer.Probe],
    schedule: Trainer.Schedule, on samples: TrainingSamples, _ options: Interpreter.Options
  ) throws {
    let arrays = try samples.checkArrays()
    let expected = try outputs.groups.filter { !$0.isEmpty }.map { group in
      var results = try ExpectedResults(
        arrays, probes: group.map(teacher.wanted), of: teacher.file, options)
      results.probes = group
      return results
    }
    self.expected = expected
    let found = probes.first { $0.goal != .values }
    let position = found.flatMap { expected.first?.probes.firstIndex(of: $0.id) }
    if let found, let position { goal = (position, found.goal) } else { goal = nil }
    labels = schedule.labelShare > 0 && goal != nil ? samples.checkClasses : nil
  }

  var measure: CalibrationSummary.Training.Measure {
    goal == nil ? .noise : labels == nil ? .divergence : .crossEntropy
  }

  /// Returns the `measure`; lower is better.
  func loss(of model: RoundedModel, _ encodings: [TensorID: Affine]) throws -> Double {
    guard let goal, let first = expected.first else {
      let noises = try expected.map { try model.noise(encodings, on: $0) }
      return MathFunctions.power(noises.reduce(1, *), 1 / Double(noises.count))
    }
    let results = try model.results(encodings, first)
    let losses = results.indices.map { sample in
      let found = results[sample][goal.position]
      return if let labels {
        goal.goal.crossEntropy(found, label: labels[sample])
      } else {
        goal.goal.divergence(found, wanted: first.values[sample][goal.position])
      }
    }
    return losses.reduce(0, +) / Double(max(losses.count, 1))
  }
}

import Evaluation
import Training

extension CalibrationSummary.Training {
  /// What training made, and how far it was from what is wanted `before` and `after`.
  init(
    _ outcome: Trainer.Outcome, samples: Int, measure: Measure, before: Double, after: Double,
    loss: String
  ) {
    self.init(
      steps: outcome.steps, samples: samples, measure: measure, before: before, after: after,
      loss: loss, curve: outcome.curve, planned: outcome.planned, checks: outcome.checks,
      best: outcome.taken)
  }
}

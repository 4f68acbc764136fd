import Evaluation
import OpSet
import Platform
import Training

/// How weights and biases are trained.
package struct TrainingOptions: Equatable, Sendable {
  /// What is compared.
  package enum Loss: String, CaseIterable, Sendable {
    /// Probabilities where the model ends in SOFTMAX or LOGISTIC, with labels where there are some, and
    /// values elsewhere.
    case auto
    /// Probabilities with those of the float model alone.
    case kl
    /// Probabilities with labels alone.
    case crossEntropy = "cross-entropy"
    /// Values with those of the float model.
    case mse
  }

  /// The number of steps; nil for what epochs or a budget of time allow.
  package var steps: Int?
  /// How often each sample is seen.
  package var epochs: Int?
  /// The seconds that training may take.
  package var seconds: Double?
  /// The size of the first steps, relative to the weights; it falls to zero along half a cosine. Nil for
  /// what suits the bits.
  package var rate: Double?
  /// Mixtures of two samples in a step.
  package var batch = Trainer.slots
  package var rule = UpdateRule.adam
  /// What samples become by chance.
  package var augmentations: [Augmentation] = []
  package var seed = 0
  package var loss = Loss.auto
  /// The file of checkpoints.
  package var checkpoint: String?
  /// The samples that decide; nil for held-out ones, or a third of those of searches.
  package var validation: Validation?
  /// The classes of the samples of a path; nil where those of the others say them.
  package var validationLabels: String?
  /// The float model whose results are wanted; nil for the one that came in.
  package var teacher: String?

  /// The samples that decide which values are kept.
  package enum Validation: Equatable, Sendable {
    /// A share of the samples.
    case share(Double)
    /// The samples of this path.
    case path(String)
  }

  package init() {}

  /// Multiplications that training may take where nobody says how long: about three minutes on two cores,
  /// since ds_cnn_s takes 51 s of one core for 1.7e11.
  private static let budget = SearchLimit.of("TrainingOptions.budget", 1.2e12)
  /// The most steps by default. Half of it costs ds_cnn_s .5 dB with int4 weights.
  private static let most = SearchLimit.of("TrainingOptions.most", 4000)
  /// With fewer steps nothing is gained.
  private static let least = SearchLimit.of("TrainingOptions.least", 50)
  /// Runs of both models and a backward pass that costs two.
  private static let runsPerMixture = 4.0
  private static let mostSteps = 1_000_000

  /// Returns the weight of labels beside the float model's probabilities. Throws `OptimizerFault` for
  /// labels that are missing.
  func labelShare(hasLabels: Bool) throws(OptimizerFault) -> Double {
    switch loss {
    case .auto: return hasLabels ? 0.5 : 0
    case .crossEntropy:
      guard hasLabels else { throw OptimizerFault.labelsNeeded(loss: loss.rawValue) }
      return 1
    case .kl, .mse: return 0
    }
  }

  /// The rate for weights that become integers where much is to be repaired: int4 weights, and after other
  /// steps. With 4000 steps on ds_cnn_s int4 has .161 of error on unseen clips instead of .200. Half of it:
  /// without labels dnn_s, ds_cnn_s and cnn_s with int4 weights lose 1.33 points of top-1 instead of 1.03, two draws.
  private static let integerRate = SearchLimit.of("TrainingOptions.integerRate", 0.002)
  /// The rate for int8 weights, whose steps are small: with 0.002 ds_cnn_s ends 1 dB below where it
  /// started, with this .2 dB above. With labels there is more to gain: in the mean of four keyword
  /// models 1.4 points of top-1 with 0.002, .85 with this.
  private static let fineRate = SearchLimit.of("TrainingOptions.fineRate", 0.0003)

  /// Returns the rate for weights that become integers; `isCoarse` where these have few bits, or other steps
  /// changed the weights.
  static func rate(isCoarse: Bool, labelShare: Double) -> Double {
    isCoarse || labelShare > 0 ? integerRate : fineRate
  }

  /// Returns the schedule for a model with `cost` multiplications per run, `samples` to train on and the
  /// rate for its bits; nil where the budget is too small.
  func schedule(
    cost: Double, samples: Int, labelShare: Double, rate: Double
  ) -> Trainer.Schedule? {
    let perStep = Self.runsPerMixture * Double(batch) * max(cost, 1)
    let affordable = Budget(multiplications: Self.budget).count(of: perStep, most: Self.most)
    var steps = affordable < Self.least ? 0 : affordable
    if seconds != nil { steps = Self.mostSteps }
    // A mixture shows two samples.
    if let epochs { steps = max(1, (epochs * samples + 2 * batch - 1) / (2 * batch)) }
    if let given = self.steps { steps = given }
    guard steps > 0 else { return nil }
    var schedule = Trainer.Schedule(steps: min(steps, Self.mostSteps))
    schedule.rate = Float(self.rate ?? rate)
    schedule.batch = batch
    (schedule.rule, schedule.augmentations) = (rule, augmentations)
    schedule.seed = UInt64(seed)
    schedule.seconds = seconds
    schedule.checkpoint = checkpoint
    schedule.labelShare = labelShare
    return schedule
  }
}

extension Trainer {
  /// Trains; faults are those of a request.
  func outcome(_ schedule: Schedule, check: HeldOutCheck?) throws -> Outcome? {
    do {
      return try run(schedule, check: check)
    } catch let fault as TrainingFault {
      switch fault {
      case .notFinite(let step): throw OptimizerFault.lossNotFinite(step: step)
      case .otherCheckpoint(let path): throw OptimizerFault.otherCheckpoint(path: path)
      case .augmentationUnfit(let why): throw OptimizerFault.augmentationUnfit(why: why)
      }
    }
  }
}

import Evaluation
import Platform
import TFLite

/// Held-out samples: they judge whether the ranges that were found hold for what was not seen, and
/// then join them.
struct UnseenSamples {
  private let expected: ExpectedResults
  private let search: RangeSearch
  private let job: Job

  /// With fewer, one sample decides.
  private static let least = SearchLimit.of("UnseenSamples.least", 16)
  private static let most = SearchLimit.of("UnseenSamples.most", 64)
  /// Wider ranges must have a fifth less noise, both in the mean and on the worst tenth. Where their sum
  /// decided, one sample did: of 48 draws of 100 samples (five keyword models, MNIST, MobileNetV1 0.25)
  /// eight took wider ranges and lost 1.9 to 7.3 dB on unseen samples. With both, five do: three gain 0.3
  /// to 0.9 dB, two of a dense net lose 0.8 and 1.8. Margins of 1.5 and 2, a third of the samples, and
  /// four folds that others' ranges joined choose as badly. Wider ranges for all 24 of the first draws
  /// cost 2.7 dB in the mean, 1.25 times as wide 4.8.
  private static let margin = SearchLimit.of("UnseenSamples.margin", 1.25)
  /// Ranges beyond the outermost values that the samples had.
  private static let factors: [Float] = [1, 1.25]

  /// Returns nil where too few samples are held out.
  init?(_ samples: CalibrationSource, _ search: RangeSearch, reference: ModelFile, _ job: Job)
    throws
  {
    let indices = try samples.samples.heldOut(threads: job.options.threads).prefix(Int(Self.most))
    guard indices.count >= Int(Self.least) else { return nil }
    expected = try ExpectedResults(
      indices.map(samples.samples.sample), probes: search.check.probes, of: reference,
      search.options)
    self.search = search
    self.job = job
  }

  /// Returns the state, or the same with wider ranges where that is better on all samples and on the
  /// worst tenth.
  func best(_ state: IntegerState) throws -> IntegerState {
    let stage = ProgressStage("checking on held-out samples")
    defer { stage.end() }
    var best = (state: state, noise: try noise(of: state))
    for factor in Self.factors {
      ProgressStage.tried()
      let trial = try state.spanning(factor)
      let found = try noise(of: trial)
      if found.isBelow(best.noise, margin: Self.margin) { best = (trial, found) }
    }
    return best.state
  }

  func noise(of state: IntegerState) throws -> CalibrationSummary.Unseen {
    .init(
      try search.model(state, job).noiseBySample(state.parameters.byTensor, on: expected))
  }
}

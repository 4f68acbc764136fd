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
  /// Wider ranges must have a fifth less noise. With 5 % less, on 10 to 14 samples, keyword models and
  /// MobileNetV1 lost 3 to 5 dB on others.
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
  /// worst tenth together.
  func best(_ state: IntegerState) throws -> IntegerState {
    var judge = Judge(state) { state in
      let found = try noise(of: state)
      return found.noise + found.worst
    }
    for factor in Self.factors { try judge.offer(state.spanning(factor), margin: Self.margin) }
    return judge.incumbent
  }

  func noise(of state: IntegerState) throws -> CalibrationSummary.Unseen {
    .init(
      try search.model(state, job).noiseBySample(state.parameters.byTensor, on: expected))
  }
}

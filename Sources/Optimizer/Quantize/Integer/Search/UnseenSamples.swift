import Evaluation
import Interpreter
import Platform
import Samples
import TFLite

/// Held-out samples: they judge whether the ranges that were found hold for what was not seen, and
/// then join them.
struct UnseenSamples {
  private let source: SampleSource
  /// The samples that judge.
  private let judges: [Int]
  /// The ranges of tensors on each of these, then on all other held-out samples together. Empty where
  /// ranges come from a file and so stay.
  private let ranges: [[TensorID: ClosedRange<Float>]]
  private let job: Job

  /// With fewer, one sample decides.
  private static let least = SearchLimit.of("UnseenSamples.least", 16)
  private static let most = SearchLimit.of("UnseenSamples.most", 64)
  /// Wider ranges must have a fifth less noise, both in the mean and on the worst tenth. Where their sum
  /// decided, one sample did: of 48 draws of 100 samples (five keyword models, MNIST, MobileNetV1 0.25)
  /// eight took wider ranges and lost 1.9 to 7.3 dB on unseen samples. Wider ranges for all 24 of the
  /// first draws cost 2.7 dB in the mean, 1.25 times as wide 4.8.
  private static let margin = SearchLimit.of("UnseenSamples.margin", 1.25)
  /// Ranges beyond the outermost values that the samples had.
  private static let factors: [Float] = [1, 1.25]

  /// Returns nil where no samples are held out. `model` is what is quantized.
  init?(_ samples: CalibrationSource, of model: Model, _ options: Interpreter.Options, _ job: Job)
    throws
  {
    let all = try samples.samples.heldOut(threads: job.options.threads)
    guard !all.isEmpty else { return nil }
    source = samples.samples
    judges = Array(all.prefix(Self.most))
    ranges =
      samples.statistics == nil
      ? try Calibrator(job.file.with(model), options: options)
        .rangesOfHeldOut(source, single: judges) : []
    self.job = job
  }

  /// Returns the state with ranges that reach what held-out samples hold.
  func joining(_ state: IntegerState) throws -> IntegerState {
    guard !ranges.isEmpty else { return state }
    return try state.joining(Self.joined(ranges.map(state.choice.joined)))
  }

  /// Returns the state, or the same with wider ranges where that is better on all samples and on the
  /// worst tenth; and its noise. Returns nil where too few samples are held out.
  func best(
    _ state: IntegerState, search: RangeSearch, reference: ModelFile
  ) throws -> (state: IntegerState, noise: CalibrationSummary.Unseen)? {
    guard judges.count >= Int(Self.least) else { return nil }
    let stage = ProgressStage("checking on held-out samples")
    defer { stage.end() }
    let expected = try ExpectedResults(
      judges.map(source.sample), probes: search.check.probes, of: reference, search.options)
    let found = ranges.map(state.choice.joined)
    let others = found.isEmpty ? [] : judges.indices.map { Self.joined(found, leaving: $0) }
    /// Returns the noise of each sample with the ranges that all others have joined, as those of the
    /// file will be. A sample that nothing joined counts values that will not be cut: on photos that
    /// made one judge of nineteen choose ranges that lost 3 and 4 dB on 64 others.
    func noise(of state: IntegerState) throws -> CalibrationSummary.Unseen {
      let encodings =
        others.isEmpty
        ? judges.map { _ in state.parameters.byTensor }
        : others.map { state.parameters(joining: $0).byTensor }
      return .init(try search.model(joining(state), job).noiseBySample(encodings, on: expected))
    }
    var best = (state: state, noise: try noise(of: state))
    guard state.options.mode == .int8 else { return best }
    for factor in Self.factors {
      ProgressStage.tried()
      let trial = try state.spanning(factor)
      let noise = try noise(of: trial)
      if noise.isBelow(best.noise, margin: Self.margin) { best = (trial, noise) }
    }
    return best
  }

  /// Joins ranges by group.
  private static func joined(
    _ ranges: [[ClosedRange<Float>]], leaving left: Int? = nil
  ) -> [ClosedRange<Float>] {
    var total: [ClosedRange<Float>] = Array(repeating: 0...0, count: ranges[0].count)
    for (index, ranges) in ranges.enumerated() where index != left {
      for (group, range) in ranges.enumerated() { total[group] = total[group].joined(with: range) }
    }
    return total
  }
}

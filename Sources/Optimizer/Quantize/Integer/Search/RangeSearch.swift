import Evaluation
import Interpreter
import OpSet
import Platform
import TFLite

/// Tries other ranges for one group of tensors after another, earliest first, and keeps what brings
/// the outputs nearer to the float model's: the loss of a range shows only there.
final class RangeSearch {
  let fit: ExpectedResults
  let check: ExpectedResults
  let options: Interpreter.Options
  /// Of a run.
  let cost: Double
  /// Runs that may still be made.
  private var runs: Int

  /// Multiplications, and values at ten each, that an effort below 3 allows.
  private static let budget = SearchLimit.of("RangeSearch.budget", 1e12)
  /// Runs of each sample that the budget should have: about a dozen groups' wide ranges and as many
  /// groups' narrow ones.
  private static let runsPerSample = SearchLimit.of("RangeSearch.runsPerSample", 300.0)
  /// With fewer samples a range is fitted to what is special about them.
  private static let leastSamples = SearchLimit.of("RangeSearch.leastSamples", 12)
  /// A group that gains less than this share did not help, nor did such a pass.
  private static let leastGain = SearchLimit.of("RangeSearch.leastGain", 0.01)
  /// So many groups in a row that did not help end a pass. Half: a tenth less time and 0.1 % more error;
  /// twice: a tenth more time and 1.5 % less error, both in one of three keyword models.
  private static let patience = SearchLimit.of("RangeSearch.patience", 4)
  /// One with wide steps, others with narrow ones. A third changed nothing in
  /// three keyword models.
  private static let passes = SearchLimit.of("RangeSearch.passes", 4)
  /// Shares of a range: of both ends, of one end alone, and around what was found.
  private static let wide: [Float] = [0.9, 0.8, 0.7, 0.6, 0.5]
  private static let wideEnds: [Float] = [0.9, 0.7, 0.5, 0.4, 0.3]
  private static let narrow: [Float] = [0.85, 0.93, 1.07, 1.15]

  init(
    reference: ModelFile, probes: [TensorID], samples: SearchSamples,
    options: Interpreter.Options, effort: Int
  ) throws {
    self.options = options
    var values = 0
    cost = try RunCost.of(reference, samples.fit[0], options) { observation in
      for output in observation.outputs where probes.contains(output.id) { values += output.count }
    }
    var affordable = SearchSamples.room / max(4 * values, 1)
    if effort < 3 { affordable = min(affordable, Int(Self.budget / cost / Self.runsPerSample)) }
    var chosen = samples
    if affordable < samples.fit.count + samples.check.count {
      chosen = samples.limited(to: max(Self.leastSamples, affordable))
    }
    runs = Budget(multiplications: effort < 3 ? Self.budget : .infinity).count(of: cost)
    fit = try ExpectedResults(chosen.fit, probes: probes, of: reference, options)
    check = try ExpectedResults(chosen.check, probes: probes, of: reference, options)
  }

  /// Judges by the outputs' noise on the samples that are kept for checking; `withFloats`: with
  /// activations as they are.
  func judge(
    _ state: IntegerState, withFloats: Bool = false, _ job: Job
  ) -> Judge<IntegerState> {
    Judge(state) { [self] state in
      try model(state, job)
        .noise(withFloats ? [:] : state.parameters.byTensor, on: check)
    }
  }

  /// What the file that came in makes of the samples that judge.
  func expected(of job: Job) throws -> ExpectedResults {
    let probes = Probes.tensors(of: job.file.model, signature: options.signature)
    guard job.log.hasOtherValues, probes.count == check.probes.count else { return check }
    var expected = try ExpectedResults(check.samples, probes: probes, of: job.file, options)
    expected.probes = check.probes
    return expected
  }

  func model(_ state: IntegerState, _ job: Job) throws -> RoundedModel {
    try RoundedModel(
      job.file.with(state.rounded()), lanes: fit.samples.count, options)
  }

  /// Tries wide steps first, then narrow ones around what was found, while runs are left and the
  /// last pass gained something.
  func improve(_ state: inout IntegerState, _ job: Job) throws {
    let stage = ProgressStage("searching ranges")
    defer { stage.end() }
    let rounded = try model(state, job)
    var best = try rounded.noise(state.parameters.byTensor, on: fit)
    var checked = try rounded.noise(state.parameters.byTensor, on: check)
    for pass in 0..<Self.passes where runs > 0 {
      let start = best
      var idle = 0
      for group in order(state.graph)
      where state.parameters.isFree(group) && state.choice.knownRange(of: group) == nil {
        guard idle < Self.patience, runs > 0 else { break }
        let before = best
        let ranges =
          pass == 0
          ? Self.candidates(state.choice.histogram(of: group))
          : Self.neighbours(of: state.parameters.ranges[group])
        if let (found, trial) = try winner(ranges, for: group, state.parameters, best, rounded) {
          let noise = try rounded.noise(trial.byTensor, on: check)
          if noise <= checked { (state.parameters, best, checked) = (trial, found, noise) }
        }
        idle = best < before * (1 - Self.leastGain) ? 0 : idle + 1
      }
      if best > start * (1 - Self.leastGain) { break }
    }
  }

  /// The first of those ranges that bring the noise below `best` by the most.
  private func winner(
    _ ranges: [ClosedRange<Float>], for group: Int, _ parameters: IntegerParameters,
    _ best: Double, _ rounded: RoundedModel
  ) throws -> (noise: Double, parameters: IntegerParameters)? {
    var trials: [IntegerParameters] = []
    for range in ranges {
      let trial = parameters.with(range, for: group)
      guard trial.encodings[group] != parameters.encodings[group] else { continue }
      runs -= fit.samples.count
      // The range of values behind ReLU has one end to move.
      if !trials.contains(where: { $0.encodings == trial.encodings }) { trials.append(trial) }
    }
    ProgressStage.tried(trials.count)
    let noises = try rounded.noises(trials.map(\.byTensor), on: fit, below: best)
    let found = zip(noises, trials).compactMap { noise, trial in noise.map { ($0, trial) } }
    return found.min { $0.0 < $1.0 }
  }

  private static func neighbours(of range: ClosedRange<Float>) -> [ClosedRange<Float>] {
    var found: [ClosedRange<Float>] = []
    for part in narrow {
      found.append(range.lowerBound * part...range.upperBound * part)
      if range.lowerBound < 0, range.upperBound > 0 {
        found.append(range.lowerBound * part...range.upperBound)
        found.append(range.lowerBound...range.upperBound * part)
      }
    }
    return found
  }

  /// Groups by where their first tensor is made.
  private func order(_ graph: IntegerGraph) -> [Int] {
    func place(_ id: TensorID) -> Int { graph.graphs[id.subgraph].producer[id.index] ?? -1 }
    return graph.groups.indices.sorted { a, b in
      let (x, y) = (graph.groups[a].members[0], graph.groups[b].members[0])
      return (x.subgraph, place(x), a) < (y.subgraph, place(y), b)
    }
  }

  private static func candidates(_ histogram: Histogram) -> [ClosedRange<Float>] {
    let estimator = RangeEstimator(histogram)
    let full = estimator.minmax
    var found = [full, estimator.percentile(99.99), estimator.percentile(99.9)]
    found.append(estimator.range(.mse))
    for part in wide {
      found.append(full.lowerBound * part...full.upperBound * part)
    }
    for part in wideEnds {
      if full.lowerBound < 0 { found.append(full.lowerBound * part...full.upperBound) }
      if full.upperBound > 0 { found.append(full.lowerBound...full.upperBound * part) }
    }
    return found
  }
}

extension IntegerParameters {
  /// The same with another range for a group.
  func with(_ range: ClosedRange<Float>, for group: Int) -> IntegerParameters {
    var copy = self
    copy.ranges[group] = range
    copy.update()
    return copy
  }
}

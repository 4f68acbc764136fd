import Evaluation
import Interpreter
import OpSet
import Platform
import TFLite

/// Chooses the weights that bear few bits: as many of them as the outputs allow.
///
/// Each weight's own error at the outputs is measured, with all others float. Weights then become narrow in the order
/// of that error for each byte saved, and the longest such row is taken whose error all together is within the limit.
struct NarrowChoice {
  private let model: Model
  private let expected: ExpectedResults
  private let job: Job

  /// Noise to signal at the outputs: an error of a tenth. On DS-CNN-L in LiteRT it gives .066, all int4 .091 and all
  /// int8 .053. On five keyword and digit models half of it makes files 3 % larger and 24 % less
  /// error, twice of it files 5 % smaller and 10 % more error.
  private static let limit = SearchLimit.of("NarrowChoice.limit", 0.01)
  /// Samples on which single weights are measured: only their order counts. Half of them changes none of five models,
  /// twice of them one: 3 % smaller, 64 % more error.
  private static let few = SearchLimit.of("NarrowChoice.few", 8)
  /// Random inputs, where there are no samples.
  private static let random: UInt64 = 8

  /// Throws `StepFault` where the outputs cannot be told: without samples, random values must mean something to all
  /// inputs.
  init(_ model: Model, _ source: CalibrationSource, _ job: Job) throws {
    (self.model, self.job) = (model, job)
    let file = job.file.with(model)
    let probes = Probes.tensors(of: model, signature: job.options.signature)
    let refusal = StepFault(
      "weights 'auto' needs samples: the model's outputs cannot be told from random inputs",
      help: "pass a folder with --rep-data DIR, or choose int8 or int4")
    guard !probes.isEmpty else { throw refusal }
    if source.hasSamples {
      let own = source.samples.fitting(
        model, from: job.file.model, signature: job.options.signature)
      let samples = try SearchSamples(own, threads: job.options.threads)
      expected = try ExpectedResults(samples.check, probes: probes, of: file, job.interpreter)
      return
    }
    do {
      let interpreter = try Interpreter(file, options: job.interpreter)
      guard interpreter.inputs.allSatisfy(RandomInputs.canFill) else { throw refusal }
      let inputs = (1...Self.random).map { RandomInputs.arrays(interpreter, seed: $0) }
      expected = try ExpectedResults(inputs, probes: probes, of: file, job.interpreter)
    } catch is InterpreterFault { throw refusal }
  }

  /// Returns the weights that keep eight bits, with the error that fewer would make alone. `values` are what narrow
  /// integers stand for.
  func wide(_ values: [TensorID: TensorData]) throws -> [TensorID: Double] {
    let stage = ProgressStage("measuring weights", of: values.count, "weights")
    defer { stage.end() }
    let few = expected.limited(to: Self.few)
    var noises: [TensorID: Double] = [:]
    for id in values.keys.sorted() {
      noises[id] = try noise([id], values, on: few)
      stage.advance()
    }
    func cost(_ id: TensorID) -> Double {
      (noises[id] ?? 0) / Double(max(1, model[id].elementCount ?? 1))
    }
    let order = values.keys.sorted { (cost($0), $0.index) < (cost($1), $1.index) }
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if try noise(order.prefix(middle), values, on: expected) <= Self.limit {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return Dictionary(
      uniqueKeysWithValues: order.dropFirst(low).map { ($0, (noises[$0] ?? 0).squareRoot()) })
  }

  private func noise(
    _ narrow: some Sequence<TensorID>, _ values: [TensorID: TensorData],
    on expected: ExpectedResults
  ) throws -> Double {
    var copy = model
    for id in narrow { copy[id].buffer = copy.append(values[id] ?? .bytes([])) }
    return try RoundedModel(
      job.file.with(copy), lanes: expected.samples.count, job.interpreter
    ).noise([:], on: expected)
  }
}

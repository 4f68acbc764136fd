import Evaluation
import Interpreter
import Platform
import TFLite

/// Finds the constants whose losses in half precision show at the outputs: channels that died in
/// training add nothing to a bias, while others are scaled up again by what follows.
struct HalfJudge {
  private let model: Model
  private let expected: ExpectedResults
  private let job: Job

  /// Σ error² ÷ Σ expected² of an output's worst column that halves of all constants may make beside
  /// the rounding of normal values, which makes 1e-7 to 1e-5 in the zoo's models.
  private static let tolerance = 1e-6
  private static let most = SearchLimit.of("HalfJudge.most", 8)
  /// Without samples. Random values fill the models of images and of sound features alike.
  private static let random: UInt64 = 2

  /// Nil where the model's outputs cannot be told: it does not run, or has no samples and an input
  /// that random values mean nothing to.
  init?(_ model: Model, _ samples: CalibrationSource, _ job: Job) throws {
    self.model = model
    self.job = job
    let file = job.file.with(model)
    let probes = Probes.tensors(of: model, signature: job.options.signature)
    guard !probes.isEmpty else { return nil }
    do {
      let inputs =
        samples.hasSamples
        ? try samples.samples.order(threads: job.options.threads).prefix(Self.most)
          .map(samples.samples.sample)
        : try Self.randomInputs(Interpreter(file, options: job.interpreter))
      guard let inputs else { return nil }
      expected = try ExpectedResults(inputs, probes: probes, of: file, job.interpreter)
    } catch is InterpreterFault { return nil }
    guard expected.values.joined().allSatisfy({ !$0.isEmpty }) else { return nil }
  }

  private static func randomInputs(_ interpreter: Interpreter) -> [[DenseArray]]? {
    guard interpreter.inputs.allSatisfy(RandomInputs.canFill) else { return nil }
    return (1...random).map { RandomInputs.arrays(interpreter, seed: $0) }
  }

  /// Returns those of `ids` that must stay float32.
  func needed(_ ids: [TensorID]) throws -> [TensorID] {
    var halves: [TensorID] = []
    return try needed(ids[...], &halves)
  }

  /// `halves` are those that need not.
  private func needed(
    _ ids: ArraySlice<TensorID>, _ halves: inout [TensorID]
  ) throws -> [TensorID] {
    if try isHarmless(halves + ids) {
      halves += ids
      return []
    }
    guard ids.count > 1 else { return Array(ids) }
    let middle = ids.startIndex + ids.count / 2
    let first = try needed(ids[..<middle], &halves)
    return try first + needed(ids[middle...], &halves)
  }

  private func isHarmless(_ ids: [TensorID]) throws -> Bool {
    var rounded = model
    for id in ids {
      guard let data = model.data(of: id), let elements = model[id].elementCount else { continue }
      rounded[id].buffer = rounded.append(data.roundedToHalves(elements: elements))
    }
    let trial = try RoundedModel(
      job.file.with(rounded), lanes: expected.samples.count, job.interpreter)
    return try trial.worstColumn([:], on: expected) <= Self.tolerance
  }
}

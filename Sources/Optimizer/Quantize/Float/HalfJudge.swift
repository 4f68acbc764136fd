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
  /// Σ error² ÷ Σ expected² of an output's worst column that small values may make: as much as the
  /// rounding of others does, which is 1e-7 to 2e-3 in the zoo's models, or this.
  private var tolerance = 1e-6

  /// Samples that are run. Few: an error of this kind is in all of them.
  private static let most = SearchLimit.of("HalfJudge.most", 8)
  /// Without samples. Random values fill the models of images and of sound features alike.
  private static let random: UInt64 = 2

  /// `ids` are all constants that may become halves. Nil where the outputs cannot be told: the model
  /// does not run, or there are no samples and random values mean nothing to an input.
  init?(
    _ model: Model, halves ids: [TensorID], _ samples: CalibrationSource, _ job: Job
  ) throws {
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
    tolerance = max(tolerance, try error(ids, areNormal: true))
  }

  private static func randomInputs(_ interpreter: Interpreter) -> [[DenseArray]]? {
    guard interpreter.inputs.allSatisfy(RandomInputs.canFill) else { return nil }
    return (1...random).map { RandomInputs.arrays(interpreter, seed: $0) }
  }

  /// Returns those of `ids` that must stay float32. What runs do not surely reach, other subgraphs, must.
  func needed(_ ids: [TensorID]) throws -> [TensorID] {
    let main = expected.probes.first?.subgraph
    var halves: [TensorID] = []
    return try ids.filter { $0.subgraph != main }
      + needed(ids.filter { $0.subgraph == main }[...], &halves)
  }

  /// `halves` are those that need not.
  private func needed(
    _ ids: ArraySlice<TensorID>, _ halves: inout [TensorID]
  ) throws -> [TensorID] {
    if try error(halves + ids, areNormal: false) <= tolerance {
      halves += ids
      return []
    }
    guard ids.count > 1 else { return Array(ids) }
    let middle = ids.startIndex + ids.count / 2
    let first = try needed(ids[..<middle], &halves)
    return try first + needed(ids[middle...], &halves)
  }

  /// Of the outputs' worst column, where values of these constants alone are halves.
  private func error(_ ids: [TensorID], areNormal: Bool) throws -> Double {
    var rounded = model
    for id in ids {
      guard let data = model.data(of: id) else { continue }
      rounded[id].buffer = rounded.append(data.rounded(ifNormal: areNormal))
    }
    return try RoundedModel(
      job.file.with(rounded), lanes: expected.samples.count, job.interpreter
    ).worstColumn([:], on: expected)
  }
}

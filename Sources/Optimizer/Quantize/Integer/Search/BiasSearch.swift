import Evaluation
import Interpreter
import Platform
import Samples
import TFLite

/// Tries the forms of bias correction on an integer model whose ranges are final, each kept if the
/// outputs get nearer to the float model's.
struct BiasSearch {
  let search: RangeSearch
  let samples: SampleSource
  /// Whether the states' statistics are of these samples.
  let hasOwnStatistics: Bool
  let options: Interpreter.Options
  let context: PassContext

  /// Means of more samples are hardly other ones.
  private static let most = SearchLimit.of("BiasSearch.most", 512)

  /// `state` has biases that are corrected for the float model's inputs.
  func best(_ state: IntegerState) throws -> IntegerState {
    var judge = search.judge(state, context)
    var local = state
    let met = try inputs(of: state)
    try local.correctBiases(inputs: met)
    let isLocal = try judge.offer(local)
    try judge.offer(full(judge.incumbent, meeting: isLocal ? inputs(of: local) : met))
    // Where activations are what hurts, a corrected mean can be the worse one.
    try judge.offer(judge.incumbent.withoutCorrection)
    return judge.incumbent
  }

  /// Corrected for what inputs should have been, too. Correcting one operator moves the inputs of the
  /// next: a second round settles that. `met` are the state's inputs.
  private func full(
    _ state: IntegerState, meeting met: BiasCorrection.Inputs
  ) throws -> IntegerState {
    let expected = try expected(state)
    var full = state
    try full.correctBiases(inputs: met, expected: expected)
    try full.correctBiases(inputs: inputs(of: full), expected: expected)
    return full
  }

  /// What weights meet in the float model: statistics know it where each sample is in them once.
  private func expected(_ state: IntegerState) throws -> BiasCorrection.Inputs {
    let count = try samples.order().count
    if hasOwnStatistics, count <= Self.most, state.statistics.samples == count {
      return state.statistics.products
    }
    return try inputs(
      of: RoundedModel(context.file.with(state.model), lanes: Self.most, options), [:])
  }

  private func inputs(of state: IntegerState) throws -> BiasCorrection.Inputs {
    try inputs(of: search.model(state, context), state.parameters.byTensor)
  }

  private func inputs(
    of model: RoundedModel, _ encodings: [TensorID: Affine]
  ) throws -> BiasCorrection.Inputs {
    let indices = Array(try samples.order().prefix(Self.most))
    return try model.products(encodings, over: indices.count) { [samples] in
      try samples.sample(indices[$0])
    }
  }
}

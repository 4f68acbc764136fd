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
  let job: Job

  /// Means of more samples are hardly other ones: of 100 samples, half and twice of it change none of
  /// five models.
  private static let most = SearchLimit.of("BiasSearch.most", 512)

  /// Returns the best state and the forms that made it. `state` has biases that are corrected for the
  /// float model's inputs.
  func best(_ state: IntegerState) throws -> (IntegerState, [Plan.BiasForm]) {
    let stage = ProgressStage("correcting biases")
    defer { stage.end() }
    var judge = search.judge(state, job)
    var kept: [Plan.BiasForm] = []
    func offer(_ state: IntegerState, as form: Plan.BiasForm) throws -> Bool {
      guard try judge.offer(state) else { return false }
      kept.append(form)
      return true
    }
    var met = try inputs(of: state)
    let local = try self.local(state, meeting: met)
    if try offer(local, as: .local) { met = try inputs(of: local) }
    _ = try offer(full(judge.incumbent, meeting: met), as: .full)
    // Where activations are what hurts, a corrected mean can be the worse one.
    _ = try offer(judge.incumbent.withoutCorrection, as: .none)
    return (judge.incumbent, kept)
  }

  /// Returns the state with one form of correction after the other.
  func state(_ state: IntegerState, with forms: [Plan.BiasForm]) throws -> IntegerState {
    try forms.reduce(state) { state, form in
      switch form {
      case .local: try local(state, meeting: inputs(of: state))
      case .full: try full(state)
      case .none: state.withoutCorrection
      }
    }
  }

  private func local(
    _ state: IntegerState, meeting inputs: BiasCorrection.Inputs
  ) throws -> IntegerState {
    var local = state
    try local.correctBiases(inputs: inputs)
    return local
  }

  /// Corrected for what inputs should have been, too.
  func full(_ state: IntegerState) throws -> IntegerState {
    try full(state, meeting: inputs(of: state))
  }

  /// Correcting one operator moves the inputs of the next: a second round settles that. `met` are the
  /// state's inputs.
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
      of: RoundedModel(job.file.with(state.model), lanes: Self.most, options), [:])
  }

  private func inputs(of state: IntegerState) throws -> BiasCorrection.Inputs {
    try inputs(of: search.model(state, job), state.parameters.byTensor)
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

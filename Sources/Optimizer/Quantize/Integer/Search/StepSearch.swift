import Evaluation
import Platform
import TFLite

/// Finds how wide the steps of weights that are largely zero may be: as wide as the noise of the
/// integer model's outputs against the file that came in allows.
///
/// After pruning in the same run that noise is mostly pruning's; of a file that came sparse it is what
/// rounding makes of activations and weights.
struct StepSearch {
  let job: Job
  let search: RangeSearch

  /// What wider steps may add to the noise before ranges are searched, as a share of it: a fortieth of
  /// the error. Five dense models do not change with half or twice of it: it is for sparse ones.
  private static let share = SearchLimit.of("StepSearch.share", 0.05)
  /// Rounding's noise in each weight as a share of its energy: 4 dB apart, from −24 on. A list, so no
  /// limit that could be halved.
  private static let noises = [4e-3, 1.6e-3, 6.3e-4, 2.5e-4, 1e-4]

  /// The greatest integers of a model's weights for wider steps, the widest first; none where nothing
  /// would change.
  static func choices(of state: IntegerState, _ job: Job) throws -> [[TensorID: Int]] {
    var spreads: [TensorID: SparseSpread] = [:]
    for entry in state.graph.operators.joined() where state.graph.isInteger(entry.place) {
      for input in entry.inputs
      where input.role.isWeight && input.isConstant && !input.sharesScale {
        let weights = try state.weights(of: entry, input)
        spreads[input.id] = try job.sparseSpread(
          of: input.id, weights.encoding, in: state.model)
      }
    }
    return noises.map { noise in
      spreads.mapValues { $0.greatest(noise: noise) }.filter {
        $0.value < WeightBits.eight.greatest
      }
    }.filter { !$0.isEmpty }
  }

  /// The first of `trials`, which go from wide steps to narrow ones, that the outputs allow, or nil.
  ///
  /// Noise of weights alone grows evenly with their steps; with rounded activations it goes up and
  /// down by more than it grows.
  func widest(of trials: [IntegerState], than state: IntegerState) throws -> IntegerState? {
    let expected = try search.expected(of: job)
    func noise(_ state: IntegerState, _ encodings: [TensorID: Affine] = [:]) throws
      -> Double
    {
      try search.model(state, job).noise(encodings, on: expected)
    }
    let limit = try noise(state) + Self.share * noise(state, state.parameters.byTensor)
    var (low, high) = (0, trials.count)
    while low < high {
      let middle = (low + high) / 2
      if try noise(trials[middle]) <= limit { high = middle } else { low = middle + 1 }
    }
    return low < trials.count ? trials[low] : nil
  }
}

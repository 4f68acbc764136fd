import LinearAlgebra
import OpSet
import TFLite

/// New values of a pruned weight, and the bias change that compensates for them.
struct PrunedWeight {
  let data: TensorData
  let zeros: Int
  /// Σ (w − ŵ) × mean, by output channel; added to the biases of the operators that use it.
  var shift: [Double]?
}

extension PruneTarget {
  /// Prunes by magnitude. Overwrites `values`, which are the weight's.
  func pruned(
    _ values: FloatMatrix, _ pattern: SparsityPattern, zeros: Int, in model: Model
  ) -> PrunedWeight {
    // A block's score is its sum of squares.
    let isBlock = if case .block = pattern { true } else { false }
    for index in values.values.indices {
      let magnitude = abs(values.base[index])
      values.base[index] = isBlock ? magnitude * magnitude : magnitude
    }
    var keep = [UInt8](repeating: 1, count: shape.count)
    pattern.choose(values.base, shape, zeros: zeros, &keep)
    return pruned(values, keeping: keep, in: model)
  }

  /// `scores` are zero where the weight is.
  func pruned(_ scores: FloatMatrix, keeping keep: [UInt8], in model: Model) -> PrunedWeight {
    let already = scores.values.indices.count { keep[$0] != 0 && scores.base[$0] == 0 }
    return PrunedWeight(
      data: masked(model.data(of: id) ?? .bytes([]), keep),
      zeros: keep.count { $0 == 0 } + already)
  }
}

extension Model {
  /// Stores the new data in the target's constants and the new biases in its operators.
  mutating func prune(_ target: PruneTarget, _ pruned: PrunedWeight, _ job: Job) throws {
    let buffer = append(job.storable(pruned.data, for: target.id, in: self))
    for constant in target.constants { self[constant.id].buffer = buffer }
    guard let shift = pruned.shift else { return }
    for place in target.places {
      try shiftBias(of: place, by: shift, weight: target.id, job)
    }
  }

  /// Returns whether all operators have biases that can take up a change of the outputs' means.
  func canShiftBiases(of target: PruneTarget, _ job: Job) -> Bool {
    target.places.allSatisfy { canShiftBias(of: $0, rows: target.layout.rows, job) }
  }
}

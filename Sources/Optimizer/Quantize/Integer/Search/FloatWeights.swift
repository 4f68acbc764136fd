import TFLite

/// The integer weights of operators that compute with floats beside integer ones.
struct FloatWeights {
  private(set) var weights: [PlannedWeight]
  /// What biases of these operators became.
  private(set) var biases: [TensorID: [Float]] = [:]
  /// The model for which they are planned.
  let model: Model
  private let job: Job

  /// `original` are the constants that `dynamic` may change in `model`.
  init(_ dynamic: DynamicRange, of model: Model, original: Model, _ job: Job) throws {
    var (changed, copy) = (model, job)
    weights = try dynamic.chosen(of: &changed, &copy)
    for weight in weights {
      for use in weight.constant.uses {
        guard let id = model.bias(of: use, weight.constant.id.subgraph),
          original.subgraphs[id.subgraph].tensors.indices.contains(id.index),
          changed[id].buffer != model[id].buffer
        else { continue }
        biases[id] = try job.floats(of: id, in: changed)
      }
    }
    (self.model, self.job) = (model, job)
  }

  /// Gives a float model what the integers stand for, and the biases.
  func store(in model: inout Model) {
    weights.store(in: &model, from: self.model)
    model.setBiases(biases)
  }

  /// Returns the same with what training made of them.
  func with(
    _ rounded: [TensorID: WeightRounding.Rounded], biases: [TensorID: [Float]]
  ) throws -> Self {
    var copy = self
    copy.weights = try weights.with(rounded, in: model, job)
    copy.biases.merge(biases) { $1 }
    return copy
  }

  func targets(in student: Model) throws -> [PlannedTarget] {
    try PlannedTarget.targets(of: weights, in: model, student: student, job)
  }
}

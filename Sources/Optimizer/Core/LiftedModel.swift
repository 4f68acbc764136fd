import TFLite

/// What was turned back into floats, for later passes.
struct LiftedModel {
  /// How inputs and outputs of the model were stored.
  var kept: [TensorID: Affine] = [:]
  var constants = 0
  var activations = 0
  var types: Set<TensorType> = []

  var warning: String {
    let names = types.map(\.description).sorted().joined(separator: " and ")
    let tensors = activations == 1 ? "activation" : "activations"
    return "the model was \(names) already, so its values are rounded a second time "
      + "(\(constants) constants, \(activations) \(tensors))"
  }
}

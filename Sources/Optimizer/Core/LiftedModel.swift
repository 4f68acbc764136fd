import TFLite

/// What was turned back into floats, for what comes after.
struct LiftedModel {
  /// How inputs and outputs of the model were stored.
  var kept: [TensorID: Affine] = [:]
  var constants = 0
  var activations = 0
  var types: Set<TensorType> = []

  var warning: String {
    let names = types.map(\.description).sorted().joined(separator: " and ")
    let tensors = activations == 1 ? "activation" : "activations"
    return "was \(names) already: rounded a second time from the integers "
      + "(\(constants) constants, \(activations) \(tensors))"
  }
}

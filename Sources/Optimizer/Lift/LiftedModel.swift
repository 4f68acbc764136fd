import TFLite

/// What was turned back into floats, for what comes after.
struct LiftedModel {
  /// How inputs and outputs of the model were stored.
  var kept: [TensorID: AffineEncoding] = [:]
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

extension AffineEncoding {
  /// Nil where the tensor is not stored like an activation.
  init?(_ tensor: Tensor) {
    guard tensor.type.isNarrowInteger, let scale = tensor.quantization?.scale, scale.count == 1,
      let zeroPoint = Int(exactly: tensor.quantization?.zeroPoint?.first ?? 0)
    else { return nil }
    self.init(type: tensor.type, scale: scale[0], zeroPoint: zeroPoint)
  }

  /// The same levels in another type of the same width.
  func moved(to type: TensorType) -> Self? {
    if type == self.type { return self }
    guard self.type == .uint8, type == .int8 else { return nil }
    return Self(type: .int8, scale: scale, zeroPoint: zeroPoint - 128)
  }

  /// The runtime has a kernel that goes from one to the other directly.
  func isRequantized(to other: Self) -> Bool {
    (type == .int16) == (other.type == .int16) || type == .int16 && other.type == .int8
  }
}

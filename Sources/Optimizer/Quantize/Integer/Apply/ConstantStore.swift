import OpSet
import TFLite

/// Integer forms of float constants; each form is made once.
struct ConstantStore {
  private var known: [Key: TensorID] = [:]
  /// Constants that have a form already. Operators that share a constant but need different forms
  /// each get a tensor of their own.
  private var hasForm: Set<TensorID> = []

  private enum Key: Hashable {
    case weights(TensorID, WeightEncoding)
    case activation(TensorID, Affine)
    case bias(TensorID, [Int64], [Float])
  }

  mutating func weights(
    _ weights: IntegerWeights, _ model: inout Model, _ job: inout Job
  ) -> TensorID? {
    let key = Key.weights(weights.weight, weights.encoding)
    if let id = known[key] { return id }
    guard let integers = weights.integers(in: model) else { return nil }
    let id = append(
      weights.weight, weights.encoding.bits.type, weights.encoding.quantization, integers, &model,
      &job)
    known[key] = id
    return id
  }

  mutating func activation(
    _ constant: TensorID, _ encoding: Affine, _ model: inout Model,
    _ job: inout Job
  ) -> TensorID? {
    let key = Key.activation(constant, encoding)
    if let id = known[key] { return id }
    guard let source = model.data(of: constant) else { return nil }
    let id = append(
      constant, encoding.type, encoding.quantization,
      StoredIntegers(encoding).integers(of: source, count: model[constant].elementCount ?? 0),
      &model, &job)
    known[key] = id
    return id
  }

  mutating func bias(
    _ bias: [Float], scales: [Float], _ type: TensorType, replacing constant: TensorID,
    _ model: inout Model, _ job: inout Job
  ) -> TensorID? {
    let levels = IntegerBias.levels(bias, scales: scales, type)
    let key = Key.bias(constant, levels, scales)
    if let id = known[key] { return id }
    let id = append(
      constant, type, Quantization(symmetric: scales), .bytes(IntegerBias.bytes(levels, type)),
      &model,
      &job)
    // Scales lie along axis 0, whatever the float bias's shape was, such as [1, 1, 1, C].
    if model[id].shape?.count != 1 {
      model[id].shape = [Int32(bias.count)]
      model[id].shapeSignature = nil
    }
    known[key] = id
    return id
  }

  /// Adds a bias to an operator that had none.
  mutating func newBias(
    _ bias: [Float], scales: [Float], _ type: TensorType, beside weight: TensorID,
    _ model: inout Model
  ) -> TensorID {
    let levels = IntegerBias.levels(bias, scales: scales, type)
    var tensor = Tensor()
    tensor.shape = [Int32(bias.count)]
    tensor.type = type
    tensor.name = model[weight].name?.appending("_bias")
    tensor.quantization = Quantization(symmetric: scales)
    tensor.buffer = model.append(.bytes(IntegerBias.bytes(levels, type)))
    tensor.hasRank = model[weight].hasRank
    return model.append(tensor, to: weight.subgraph)
  }

  private mutating func append(
    _ constant: TensorID, _ type: TensorType, _ quantization: Quantization, _ data: TensorData,
    _ model: inout Model, _ job: inout Job
  ) -> TensorID {
    var tensor = model[constant]
    tensor.type = type
    tensor.quantization = quantization
    tensor.buffer = model.append(data)
    let id = model.append(tensor, to: constant.subgraph)
    if hasForm.insert(constant).inserted {
      job.log.countChange(of: constant)
      job.log.replaced[constant] = id
    }
    return id
  }
}

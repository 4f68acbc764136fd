import Evaluation
import OpSet
import TFLite

/// The integer form of recurrent operators, whose operands have a scheme of their own (8x8_16: int8
/// data and weights, int16 cell state, int32 biases).
struct RecurrentForm {
  let entry: IntegerOperator
  let model: Model
  let statistics: CalibrationStatistics

  /// Nil for other operators.
  init?(_ entry: IntegerOperator, model: Model, statistics: CalibrationStatistics) {
    guard entry.inputs.contains(where: { $0.role == .state }) else { return nil }
    self.entry = entry
    self.model = model
    self.statistics = statistics
  }

  /// Whether there is one state, the memory. Other operators have an output state and a cell.
  var isSVDF: Bool { entry.inputs.count { $0.role == .state } == 1 }

  /// Why the operator has no integer form, or nil.
  var refusal: Reason? {
    if isSVDF {
      return entry.activationCode == 1 ? unseenState : .knowsOnlyRelu
    }
    guard entry.entry.inputs?.count ?? 0 >= 20 else {
      return .isBasicLSTM
    }
    if has(20) || has(21) || has(22) || has(23) {
      return .hasLayerNormalization
    }
    guard entry.activationCode == 4 else {
      return .knowsOnlyTanh
    }
    return unseenState
  }

  private var unseenState: Reason? {
    for state in entry.inputs where state.role == .state {
      guard model[state.id].isVariable else { return .hasStateWithoutVariable }
      guard let seen = statistics.tensors[state.id], !seen.isEmpty else {
        return .isNeverSeen(label: model[state.id].label)
      }
    }
    return nil
  }

  func has(_ position: Int) -> Bool { entry.inputs.contains { $0.position == position } }

  func operand(_ position: Int) -> IntegerOperator.Operand? {
    entry.inputs.first { $0.position == position }
  }

  // MARK: Encodings

  /// The encoding of the cell. Its scale is a power of two, with room for twice the values at the
  /// ends of samples: inside a sequence the cell can be greater.
  var cell: Affine {
    let seen = operand(19).flatMap { statistics.tensors[$0.id] }
    let most = max(abs(seen?.least ?? 1), abs(seen?.greatest ?? 1)) * 2
    var exponent = 0
    while exponent < 6, Float(1 << exponent) < most { exponent += 1 }
    return Affine(type: .int16, scale: Float(1 << exponent) / 32768, zeroPoint: 0)
  }

  /// The memory of an SVDF: int16.
  var memory: Affine {
    let seen = operand(4).flatMap { statistics.tensors[$0.id] }
    let low = min(seen?.least ?? -1, 0)
    return .int16(low...max(seen?.greatest ?? 1, 0, low + 1e-6))
  }

  /// The range of the hidden values before the projection is from −1 to 1.
  static let hidden = Affine(type: .int8, scale: 1 / 128, zeroPoint: 0)
}

extension IntegerOperator {
  /// The code of the fused activation; nil for operators without one.
  var activationCode: Int? {
    entry.builtinOptions?.fields.lazy.compactMap { field, value -> Int? in
      guard field.name == "fused_activation_function", case .scalar(let bits) = value else {
        return nil
      }
      return Int(bits)
    }.first
  }
}

extension IntegerWriter {
  /// Returns the integer form of a recurrent operator's constant.
  func constant(
    for operand: IntegerOperator.Operand, of form: RecurrentForm, _ model: inout Model,
    _ store: inout ConstantStore, _ job: inout Job
  ) throws -> TensorID? {
    switch operand.role {
    case .weight where form.isSVDF && operand.position == 2:
      return store.activation(operand.id, try timeWeights(operand.id), &model, &job)
    case .weight:
      let id = try add(try plainWeights(operand, model), &model, &store, &job)
      job.log.wider[operand.id] = obstacle(of: operand, form.entry, model)
      return id
    case .parameter:
      let range = try values.range(of: operand.id)
      return store.activation(operand.id, .int16(range), &model, &job)
    case .bias(let input, let weight):
      let first =
        form.isSVDF ? form.memory.scale : inputScale(of: form.entry, operand: input)
      return try recurrentBias(operand, form, first, weight, &model, &store, &job)
    case .biasOfIntermediate(_, let weight):
      return try recurrentBias(
        operand, form, RecurrentForm.hidden.scale, weight, &model, &store, &job)
    default:
      return nil
    }
  }

  /// Returns weights with one scale, which no bias limits.
  private func plainWeights(
    _ operand: IntegerOperator.Operand, _ model: Model
  ) throws -> IntegerWeights {
    try IntegerWeights(
      operand, .eight, in: model, values: values, inputScale: 1,
      bias: [], isPerTensor: true)
  }

  /// Returns the encoding as int16 with 10 bits, which the kernel's sums require.
  private func timeWeights(_ id: TensorID) throws -> Affine {
    let range = try values.range(of: id)
    let most = max(abs(range.lowerBound), abs(range.upperBound), 1e-6)
    return Affine(type: .int16, scale: most / 512, zeroPoint: 0)
  }

  private func recurrentBias(
    _ operand: IntegerOperator.Operand, _ form: RecurrentForm, _ inputScale: Float, _ weight: Int,
    _ model: inout Model, _ store: inout ConstantStore, _ job: inout Job
  ) throws -> TensorID? {
    guard let matrix = form.operand(weight) else { return nil }
    let scale =
      form.isSVDF && weight == 2
      ? try timeWeights(matrix.id).scale : try plainWeights(matrix, model).encoding.scales[0]
    return store.bias(
      try values.values(of: operand.id), scales: [inputScale * scale], .int32,
      replacing: operand.id, &model, &job)
  }

  /// Sets the types of the variables, and adds the intermediate tensors that the kernel reads.
  func finish(
    _ form: RecurrentForm, _ editor: inout SubgraphEditor, _ model: inout Model
  ) {
    guard let output = form.entry.outputs.first,
      let result = parameters.encoding(ofOutput: output.id, of: form.entry)
    else { return }
    if form.isSVDF {
      if let memory = form.operand(4) { setVariable(memory.id, form.memory, &model) }
      return
    }
    if let state = form.operand(18) { setVariable(state.id, result, &model) }
    if let cell = form.operand(19) { setVariable(cell.id, form.cell, &model) }
    let hidden = form.has(16) ? RecurrentForm.hidden : result
    var intermediates: [Int32] = []
    for index in 0..<5 {
      var tensor = Tensor()
      tensor.name = model[output.id].name?.appending("_intermediate_\(index)")
      tensor.shape = [0]
      if index == 4 {
        tensor.type = .int8
        tensor.quantization = hidden.quantization
      }
      intermediates.append(Int32(model.append(tensor, to: output.id.subgraph).index))
    }
    editor.setIntermediates(intermediates, at: form.entry.place.index)
  }

  private func setVariable(_ id: TensorID, _ encoding: Affine, _ model: inout Model) {
    model[id].type = encoding.type
    model[id].quantization = encoding.quantization
  }
}

import Evaluation
import OpSet
import TFLite

/// Tells whether an operator can compute with integers, by itself.
struct OperatorJudge {
  let model: Model
  let mode: IntegerMode
  let context: PassContext
  let values: ConstantValues
  let statistics: CalibrationStatistics

  func verdict(on entry: IntegerOperator) throws -> IntegerGraph.Verdict {
    let hasFloats = !entry.inputs.isEmpty || !entry.outputs.isEmpty
    guard hasFloats, !isConversion(entry.kind) else { return .untouched }
    if let reason = try refusal(of: entry) { return .float(reason) }
    return .integer
  }

  private func isConversion(_ kind: BuiltinOperator) -> Bool {
    kind == .quantize || kind == .dequantize
  }

  private func refusal(of entry: IntegerOperator) throws -> String? {
    guard let spec = entry.spec else { return "\(entry.name) has no integer kernel" }
    guard spec.modes.contains(mode.mode) else {
      return "\(entry.kind) has no \(mode.rawValue) kernel"
    }
    if case .staysFloat(let modes, let reason) = spec.integerLimit, modes.contains(mode.mode) {
      return reason
    }
    if case .longRowsStayFloat(let modes, let most, let reason) = spec.integerLimit,
      modes.contains(mode.mode),
      entry.outputs.contains(where: { Int(model[$0.id].shape?.last ?? 0) > most })
    {
      return reason
    }
    guard version(of: entry, spec) <= spec.maxReferenceVersion ?? 0 else {
      return "the runtime's reference kernels have no \(mode.rawValue) \(entry.kind)"
    }
    if let reason = exclusion(of: entry) { return reason }
    if let recurrent = RecurrentForm(entry, model: model, statistics: statistics) {
      if let reason = recurrent.refusal { return reason }
    } else if let code = entry.activationCode, code > 3 {
      return "integer kernels do not fuse activation \(code)"
    }
    if let weight = storedWeight(of: entry) {
      return "its weights '\(weight.label)' are \(weight.type) already"
    }
    for input in entry.inputs {
      if let reason = try refusal(of: input, in: entry) { return reason }
    }
    for output in entry.outputs where !isSeen(output.id) && entry.fixedOutput(mode) == nil {
      return "'\(model[output.id].label)' never had a value on the samples"
    }
    return nil
  }

  private func refusal(
    of input: IntegerOperator.Operand, in entry: IntegerOperator
  ) throws -> String? {
    switch input.role {
    case .index, .state: return nil
    case .weight(let axis):
      guard values[input.id] != nil else { return "its weights are not constant" }
      guard
        let layout = axis.map({ ChannelLayout(shape: model[input.id].shape ?? [], axis: $0) })
          ?? .perTensor,
        try values.magnitudes(of: input.id, layout) != nil
      else { return "its weights hold values that are not finite" }
      return nil
    case .bias, .biasOfIntermediate:
      return values[input.id] == nil ? "its bias is not constant" : nil
    case .activation, .parameter:
      if input.isConstant {
        return values[input.id] == nil ? "a constant of it cannot be read" : nil
      }
      return isSeen(input.id) ? nil : "'\(model[input.id].label)' never had a value on the samples"
    }
  }

  /// A weight that is not float.
  private func storedWeight(of entry: IntegerOperator) -> Tensor? {
    let inputs = entry.entry.inputs ?? []
    return inputs.enumerated().lazy.compactMap { position, tensor -> Tensor? in
      guard tensor >= 0, let role = entry.spec?.role(ofInput: position, count: inputs.count),
        role.isWeight
      else { return nil }
      let found = model[TensorID(entry.place.subgraph, tensor)]
      return found.type == .float32 ? nil : found
    }.first
  }

  private func isSeen(_ id: TensorID) -> Bool {
    statistics.tensors[id].map { !$0.isEmpty } ?? false
  }

  /// The version that the operator would have with integer operands.
  private func version(of entry: IntegerOperator, _ spec: OpSpec) -> Int32 {
    func operands(_ list: [Int32]?, _ floats: [IntegerOperator.Operand])
      -> [OperatorSignature.Operand?]
    {
      (list ?? []).enumerated().map { position, tensor in
        guard tensor >= 0 else { return nil }
        var operand = OperatorSignature.Operand(model[TensorID(entry.place.subgraph, tensor)])
        guard let float = floats.first(where: { $0.position == position }) else { return operand }
        operand.type =
          switch float.role {
          case .weight: .int8
          case .bias, .biasOfIntermediate: mode.biasType
          default: mode.activationType
          }
        operand.hasQuantization = true
        return operand
      }
    }
    return spec.version(
      for: OperatorSignature(
        entry.kind, inputs: operands(entry.entry.inputs, entry.inputs),
        outputs: operands(entry.entry.outputs, entry.outputs),
        options: entry.entry.builtinOptions ?? entry.entry.builtinOptions2))
  }

  /// Why the user's rules leave the operator alone.
  private func exclusion(of entry: IntegerOperator) -> String? {
    let names = entry.inputs.filter(\.isConstant).map { model[$0.id].label }
    return context.selection.exclusion(
      of: names, uses: [(entry.name, entry.outputs.map { model[$0.id].label })])
  }
}

import Evaluation
import OpSet
import TFLite

/// Decides whether an operator alone can compute with integers.
struct OperatorJudge {
  let model: Model
  let mode: IntegerMode
  let plan: GivenPlan?
  let job: Job
  let values: ConstantValues
  let statistics: CalibrationStatistics

  func verdict(on entry: IntegerOperator) throws -> IntegerGraph.Verdict {
    let hasFloats = !entry.inputs.isEmpty || !entry.outputs.isEmpty
    guard hasFloats, entry.spec?.traits.contains(.convertsEncoding) != true else {
      return .untouched
    }
    if let reason = try refusal(of: entry) { return .float(reason) }
    return .integer
  }

  private func refusal(of entry: IntegerOperator) throws -> Reason? {
    guard let spec = entry.spec else { return .hasNoIntegerKernel(name: entry.name) }
    guard spec.modes.contains(mode.mode) else {
      return .hasNoKernel(entry.kind, mode)
    }
    if case .staysFloat(let modes, let clause) = spec.integerLimit, modes.contains(mode.mode) {
      return .kernelLimit(clause)
    }
    if case .longRowsStayFloat(let modes, let most, let clause) = spec.integerLimit,
      modes.contains(mode.mode),
      entry.outputs.contains(where: { Int(model[$0.id].shape?.last ?? 0) > most })
    {
      return .kernelLimit(clause)
    }
    let signature = entry.signature(in: model, mode)
    guard spec.version(for: signature) <= spec.maxReferenceVersion ?? 0 else {
      return .hasNoReferenceKernel(entry.kind, mode)
    }
    if let reason = job.options.refusal(of: signature) { return reason }
    if let reason = exclusion(of: entry) { return reason }
    if let recurrent = RecurrentForm(entry, model: model, statistics: statistics) {
      if let reason = recurrent.refusal { return reason }
    } else if let code = entry.activationCode, code > 3 {
      return .hasUnfusedActivation(code: code)
    }
    if let weight = storedWeight(of: entry) {
      return .hasStoredWeights(label: weight.label, weight.type)
    }
    for input in entry.inputs {
      if let reason = try refusal(of: input, in: entry) { return reason }
    }
    for output in entry.outputs where !isSeen(output.id) && entry.fixedOutput(mode) == nil {
      return .isNeverSeen(label: model[output.id].label)
    }
    return nil
  }

  private func refusal(
    of input: IntegerOperator.Operand, in entry: IntegerOperator
  ) throws -> Reason? {
    switch input.role {
    case .index, .state: return nil
    case .weight(let axis):
      guard values[input.id] != nil else { return .hasVariableWeights }
      guard
        let layout = axis.map({ ChannelLayout(shape: model[input.id].shape ?? [], axis: $0) })
          ?? .perTensor,
        try values.magnitudes(of: input.id, layout) != nil
      else { return .hasNonFiniteWeights }
      return nil
    case .bias, .biasOfIntermediate:
      return values[input.id] == nil ? .hasVariableBias : nil
    case .activation, .parameter:
      if input.isConstant {
        return values[input.id] == nil ? .hasUnreadableConstant : nil
      }
      return isSeen(input.id) ? nil : .isNeverSeen(label: model[input.id].label)
    }
  }

  /// Returns a weight that is not float, or nil.
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

  /// Returns the user's rule that leaves the operator alone, as a reason, or nil.
  private func exclusion(of entry: IntegerOperator) -> Reason? {
    if let reason = plan?.refusal(of: entry.planKey, OperatorForm(mode)) { return reason }
    let names = entry.inputs.filter(\.isConstant).map { model[$0.id].label }
    return job.selection.exclusion(
      of: names, uses: [(entry.name, entry.outputs.map { model[$0.id].label })])
  }
}

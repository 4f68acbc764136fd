import OpSet
import TFLite

extension Plan {
  /// Adds what a rule says of the input model's operators. Throws `StepFault` if it names none.
  mutating func add(_ rule: FormRule, of model: Model) throws(StepFault) {
    var isFound = false
    for (index, entry) in (model.subgraphs.first?.operators ?? []).enumerated() {
      guard let key = entry.planKey(in: 0), rule.names(index, model[key].label) else { continue }
      isFound = true
      switch rule.choice {
      case .form(let form):
        operators[key] = .init(form: form, reason: nil)
        // Weights of fewer bits, asked for everywhere, are none of this form's.
        if form.isInteger { setWeights(of: entry, to: .eight, in: model) }
      case .weights(let bits): setWeights(of: entry, to: bits, in: model)
      }
    }
    guard !isFound else { return }
    throw StepFault(
      "form '\(rule.text)': the model has no such operator",
      help: "'optimize inspect MODEL --operators' lists them")
  }

  private mutating func setWeights(of entry: Operator, to bits: WeightBits, in model: Model) {
    for id in entry.weights(in: model) {
      weights[id] = Weight(bits.type, isPerTensor: false, greatest: nil)
    }
  }
}

extension Operator {
  /// The weights of an operator of the first subgraph.
  fileprivate func weights(in model: Model) -> [TensorID] {
    let (spec, inputs) = (OpSet.spec(for: model.kind(of: self)), inputs ?? [])
    return inputs.enumerated().compactMap { position, tensor in
      guard tensor >= 0, spec?.role(ofInput: position, count: inputs.count).isWeight == true else {
        return nil
      }
      return TensorID(0, tensor)
    }
  }
}

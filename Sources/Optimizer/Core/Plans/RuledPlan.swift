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
      case .form(let form): operators[key] = .init(form: form, reason: nil)
      case .weights(let bits):
        for id in entry.weights(in: model) {
          weights[id] = Weight(bits.type, isPerTensor: false, greatest: nil)
        }
      }
    }
    guard !isFound else { return }
    throw StepFault(
      "form '\(rule.text)': the model has no such operator",
      help: "'optimize inspect MODEL --operators' lists them")
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

import OpSet
import TFLite

/// The bits of an integer operator's weights.
extension IntegerWriter {
  var activations: NarrowRule.Activations { graph.mode == .int8 ? .int8 : .int16 }

  /// Returns why an operand has eight bits although fewer are asked for; nil if they are not.
  func obstacle(
    of operand: IntegerOperator.Operand, _ entry: IntegerOperator, _ model: Model
  ) -> Reason? {
    options.request.obstacle(
      of: entry.spec, activations, shape: model[operand.id].shape ?? [],
      options: entry.entry.builtinOptions)
  }

  /// Returns the least bits from those that are asked for on that the kernel takes, and why there are
  /// more, or no blocks.
  func bits(
    of operand: IntegerOperator.Operand, _ entry: IntegerOperator, _ model: Model
  ) -> (WeightBits, wider: Reason?) {
    let wanted = plan.weights[operand.id]?.request ?? options.request
    guard wanted.bits == .eight || values.levels(of: operand.id) == nil else {
      return (.eight, .isClustered)
    }
    if let reason = options.wide[operand.id] { return (.eight, reason) }
    var wider: Reason?
    for request in wanted.forms {
      let obstacle = request.obstacle(
        of: entry.spec, activations, shape: model[operand.id].shape ?? [],
        options: entry.entry.builtinOptions)
      let reason = obstacle ?? refusal(of: request.bits, operand, entry, model)
      guard let reason else { return (request.bits, wider) }
      wider = wider ?? reason
    }
    return (.eight, wider)
  }

  /// Returns why the runtime that was asked for has no kernel for so few bits, or nil.
  private func refusal(
    of bits: WeightBits, _ operand: IntegerOperator.Operand, _ entry: IntegerOperator,
    _ model: Model
  ) -> Reason? {
    guard bits != .eight, values.run.runtime != nil else { return nil }
    var signature = entry.signature(in: model, graph.mode)
    let shape = model[operand.id].shape ?? []
    guard signature.inputs.indices.contains(operand.position) else { return nil }
    signature.inputs[operand.position]?.type = bits.type
    if case .weight(let axis?) = operand.role, shape.indices.contains(axis) {
      signature.inputs[operand.position]?.scales = [Float](repeating: 1, count: Int(shape[axis]))
      signature.inputs[operand.position]?.quantizedDimension = axis
    }
    return values.run.refusal(of: signature)
  }
}

import OpSet
import TFLite

/// What weights gave up so that an older runtime loads the result. Operators that stay float have a
/// reason instead.
package struct RuntimeConcessions: Sendable {
  /// Names of weights with one scale, where newer kernels take one for each channel.
  package internal(set) var coarser: [String] = []
  /// Names of weights behind DEQUANTIZE, where newer kernels compute with the integers.
  package internal(set) var decoded: [String] = []
  /// Names of weights with more bits, or without the blocks, that newer kernels take.
  package internal(set) var wider: [String] = []

  package init() {}
}

extension RunOptions {
  /// Returns why the runtime that was asked for lacks a version of an operator, or nil.
  package func refusal(of kind: BuiltinOperator, version: Int32) -> Reason? {
    guard let runtime, let release = OpSet.spec(for: kind)?.release(ofVersion: version),
      release > runtime
    else { return nil }
    return .needsRuntime(kind, release)
  }

  /// Returns why the runtime has no kernel for the operator, or nil.
  package func refusal(of signature: OperatorSignature) -> Reason? {
    guard let runtime, let spec = OpSet.spec(for: signature.kind),
      let release = spec.release(ofVersion: spec.version(for: signature), for: signature),
      release > runtime
    else { return nil }
    return .needsRuntime(signature.kind, release)
  }

  /// Returns why the runtime has no DEQUANTIZE for weights of the form, or nil.
  func refusalOfDequantize(_ form: WeightForm) -> Reason? {
    refusalOfDequantize(OperatorSignature.Operand(form.bits.type).with(form))
  }

  /// Returns why the runtime has no DEQUANTIZE for the constant, or nil.
  func refusalOfDequantize(_ constant: OperatorSignature.Operand) -> Reason? {
    refusal(
      of: OperatorSignature(.dequantize, inputs: [constant], outputs: [.init(.float32)]))
  }
}

extension OperatorSignature.Operand {
  fileprivate func with(_ form: WeightForm) -> Self {
    var operand = self
    operand.type = form.bits.type
    operand.hasQuantization = true
    operand.isByBlock = form.block != nil
    operand.scales = operand.isByBlock ? [] : [Float](repeating: 1, count: form.layout.channels)
    operand.quantizedDimension = form.axis
    if operand.shape.isEmpty { operand.shape = operand.shapeOfAxis(form) }
    return operand
  }

  /// A shape that has the form's channels along its axis.
  private func shapeOfAxis(_ form: WeightForm) -> [Int32] {
    [Int32](repeating: 1, count: form.axis) + [Int32(form.layout.channels)]
  }
}

extension FloatConstant.Use {
  /// Returns the facts of the operator as it reads weights of the form; all of its weights become
  /// integers at once.
  func signature(
    _ form: WeightForm, isAsymmetric: Bool, in model: Model, subgraph: Int
  ) -> OperatorSignature {
    var entry = entry
    if let key = spec?.hybrid?.asymmetricKey { entry.set(key, to: isAsymmetric) }
    var signature = OperatorSignature(entry, in: model.subgraphs[subgraph], of: model)
    let weights = [place.operand] + (spec?.hybrid?.weights ?? [])
    for position in weights where signature.inputs.indices.contains(position) {
      signature.inputs[position] = signature.inputs[position]?.with(form)
    }
    return signature
  }
}

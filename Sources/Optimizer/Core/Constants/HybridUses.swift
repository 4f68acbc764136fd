import OpSet
import TFLite

extension FloatConstant.Use {
  /// Whether the runtime has a kernel for this use with int8 weights and float activations.
  func readsInt8(in model: Model, _ constant: FloatConstant) -> Bool {
    guard let rule = spec?.hybrid else { return false }
    return rule.weights.contains(place.operand) && isFloat(model, constant)
      && (entry.inputs?.count ?? 0) >= rule.leastInputs
  }

  /// Whether the operator's result is float32.
  func isFloat(_ model: Model, _ constant: FloatConstant) -> Bool {
    guard let output = entry.outputs?.first, output >= 0 else { return false }
    return model.subgraphs[constant.id.subgraph].tensors[Int(output)].type == .float32
  }
}

extension FloatConstant {
  /// Why a constant that is not a weight stays float.
  var reasonOfRole: Reason {
    guard let use = uses.first else { return .isUnused }
    guard use.spec != nil else { return .isReadByUnknown(name: use.name) }
    switch use.role {
    case .bias: return .biasesStayFloat
    case .parameter: return .isParameterWithoutInt8(of: use.kind)
    default: return .hasNoHybridKernel(use.kind)
    }
  }
}

extension HybridRule {
  /// The operator copies rows of a table and computes nothing with them.
  var isLookup: Bool { granularity == .rows || result == .dequantized }

  /// The axis of its scales, or nil for one scale.
  var axis: Int? {
    switch granularity {
    case .perTensor: nil
    case .perChannel(let axis): axis
    case .rows: 0
    }
  }
}

extension Role {
  func channelAxis(rank: Int) -> Int? {
    guard case .weight(let axis?) = self, axis < rank else { return nil }
    return axis
  }
}

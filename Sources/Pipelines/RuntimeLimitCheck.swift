import OpSet
import Optimizer
import TFLite

extension Model {
  /// Returns why LiteRT would refuse the model or crash on it: an operator has scales beyond its
  /// `RuntimeLimits`. Nil if it loads.
  package var unloadable: String? {
    for (s, subgraph) in subgraphs.enumerated() {
      for (index, entry) in subgraph.operators.enumerated() {
        guard let what = problem(of: entry, in: subgraph) else { continue }
        let place = "subgraphs[\(s)].operators[\(index)]"
        return "LiteRT would not load \(name(of: entry)) (\(place)): \(what)"
      }
    }
    return nil
  }

  private func problem(of entry: Operator, in subgraph: Subgraph) -> String? {
    let tensors = subgraph.tensors
    let operands = (entry.inputs ?? []) + (entry.outputs ?? [])
    guard operands.contains(where: { $0 >= 0 && tensors[Int($0)].isOfIntegerKernels }) else {
      return nil
    }
    let inputs = (entry.inputs ?? []).map { $0 >= 0 ? tensors[Int($0)] : nil }
    let outputs = (entry.outputs ?? []).filter { $0 >= 0 }.map { tensors[Int($0)] }
    if let scale = (inputs.compactMap { $0 } + outputs).lazy.compactMap(\.unloadableScale).first {
      return "a scale of \(scale)"
    }
    guard let limits = OpSet.spec(for: kind(of: entry))?.limits,
      let output = outputs.first, output.isOfIntegerKernels,
      let made = output.quantization?.scale?.first
    else { return nil }
    let isInt16 = output.type == .int16
    let read = scales(of: entry, inputs)
    guard let greatest = read.activations.max() else { return nil }
    if let least = limits.leastOutputScale(
      greatestInputScale: greatest, weightScale: read.weights.max(), isInt16: isInt16),
      !(made > least)
    {
      return "its output scale, \(made), must exceed \(least)"
    }
    if let most = limits.greatestOutputScale(isInt16: isInt16), !(made < most) {
      return "its output scale, \(made), must be below \(most)"
    }
    let beta = entry.builtinOptions?[Softmax.beta] ?? 1
    if let least = limits.leastInputScale(beta: beta, isInt16: isInt16), !(greatest > least) {
      return "its input scale, \(greatest), must exceed \(least)"
    }
    return nil
  }

  /// Returns the scales of the integer operands that the limits refer to.
  private func scales(
    of entry: Operator, _ inputs: [Tensor?]
  ) -> (activations: [Float], weights: [Float]) {
    let spec = OpSet.spec(for: kind(of: entry))
    var (activations, weights): ([Float], [Float]) = ([], [])
    for (index, tensor) in inputs.enumerated() {
      guard let tensor, let scales = tensor.quantization?.scale else { continue }
      switch spec?.role(ofInput: index, count: inputs.count) {
      case .activation: activations += scales
      case .weight: weights += scales
      default: break
      }
    }
    return (activations, weights)
  }
}

extension Tensor {
  fileprivate var isOfIntegerKernels: Bool { type == .int8 || type == .int16 }

  /// A scale of int8 or int16 values that no execution path loads.
  fileprivate var unloadableScale: Float? {
    guard isOfIntegerKernels else { return nil }
    return quantization?.scale?.first { !$0.isFinite || $0 < RuntimeLimits.leastScale }
  }
}

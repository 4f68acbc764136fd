import OpSet
import Optimizer
import TFLite

/// A constant as operators see it, and how the file stores it: plain, or behind DEQUANTIZE and
/// DENSIFY.
package struct StoredConstant: Sendable {
  /// The tensor that operators read.
  package let id: TensorID
  /// The tensor that holds the data.
  package let source: TensorID
  package let role: ConstantRole
  package let encoding: Encoding
  /// Data with sparse index vectors and scales of blocks; 0 when an earlier constant has the same buffer.
  package let bytes: Int

  /// Returns all constants that something other than a decoding operator reads, in order.
  package static func all(in model: Model) -> [StoredConstant] {
    var seen: Set<UInt32> = []
    return model.subgraphs.indices.flatMap { subgraph in
      constants(in: model, subgraph, &seen)
    }
  }

  private static func constants(
    in model: Model, _ subgraph: Int, _ seen: inout Set<UInt32>
  ) -> [StoredConstant] {
    let graph = Graph(model, subgraph: subgraph)
    let tensors = model.subgraphs[subgraph].tensors
    let operators = model.subgraphs[subgraph].operators
    return tensors.indices.compactMap { index -> StoredConstant? in
      let uses = graph.uses[index].filter { use in
        !model.kind(of: operators[use.operation]).isDecoder
      }
      guard !uses.isEmpty || graph.isOutput[index],
        let source = root(of: index, in: model, subgraph, graph)
      else { return nil }
      let tensor = tensors[source]
      let isFirst = seen.insert(tensor.buffer).inserted
      let bytes =
        (model.data(of: tensor)?.count ?? 0) + (tensor.sparsity?.byteCount ?? 0)
        + model.blockScales(of: tensor, subgraph)
      return StoredConstant(
        id: TensorID(subgraph, index), source: TensorID(subgraph, source),
        role: role(of: uses.first, operators, model),
        encoding: Encoding(tensor),
        bytes: isFirst ? bytes : 0)
    }
  }

  /// Follows DEQUANTIZE and DENSIFY back to a constant; nil when there is none.
  private static func root(
    of tensor: Int, in model: Model, _ subgraph: Int, _ graph: Graph
  ) -> Int? {
    var current = tensor
    // Two decoders at most stand between a constant and its readers.
    for _ in 0..<3 {
      if graph.holdsData(current) { return current }
      guard let producer = graph.producer[current] else { return nil }
      let entry = model.subgraphs[subgraph].operators[producer]
      guard model.kind(of: entry).isDecoder,
        let input = entry.inputs?.first, input >= 0
      else { return nil }
      current = Int(input)
    }
    return nil
  }

  private static func role(
    of use: Graph.Use?, _ operators: [Operator], _ model: Model
  ) -> ConstantRole {
    guard let use else { return .output }
    let entry = operators[use.operation]
    guard let spec = OpSet.spec(for: model.kind(of: entry)) else { return .unknown }
    // A table or factor that hybrid kernels take as int8 is a weight, be it an activation elsewhere.
    if spec.hybrid?.weights.contains(use.operand) == true { return .weight }
    switch spec.role(ofInput: use.operand, count: entry.inputs?.count ?? 0) {
    case .weight: return .weight
    case .bias, .biasOfIntermediate: return .bias
    case .parameter: return .parameter
    case .index: return .index
    case .state: return .state
    case .activation: return .activation
    }
  }
}

extension Model {
  /// The bytes of the scales of a tensor's blocks.
  fileprivate func blockScales(of tensor: Tensor, _ subgraph: Int) -> Int {
    (tensor.quantization?.details?.tensors ?? []).reduce(0) { total, index in
      subgraphs[subgraph].tensors.indices.contains(Int(index))
        ? total + (data(of: TensorID(subgraph, index))?.count ?? 0) : total
    }
  }
}

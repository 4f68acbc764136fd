import OpSet
import TFLite

/// The tensors by which outputs are judged.
package enum Probes {
  /// Returns the float outputs of the signature's subgraph. For an output of SOFTMAX or a similar
  /// operator, or of one that returns integers, it takes the operator's input, which shows more.
  package static func tensors(of model: Model, signature: String?) -> [TensorID] {
    let chosen = model.signatures.first { $0.key?.description == signature }
    let index = Int(chosen?.subgraphIndex ?? 0)
    guard model.subgraphs.indices.contains(index) else { return [] }
    let subgraph = model.subgraphs[index]
    let graph = Graph(model, subgraph: index)
    var found: [TensorID] = []
    for output in subgraph.outputs ?? [] where output >= 0 {
      var tensor = Int(output)
      while let producer = graph.producer[tensor] {
        let entry = subgraph.operators[producer]
        guard let input = entry.inputs?.first, input >= 0,
          subgraph.tensors[Int(input)].type == .float32,
          ranksClasses(model.kind(of: entry)) || subgraph.tensors[tensor].type != .float32
        else { break }
        tensor = Int(input)
      }
      let id = TensorID(index, tensor)
      if subgraph.tensors[tensor].type == .float32, !found.contains(id) { found.append(id) }
    }
    return found
  }

  private static func ranksClasses(_ kind: BuiltinOperator) -> Bool {
    OpSet.spec(for: kind)?.traits.contains(.ranksClasses) == true
  }
}

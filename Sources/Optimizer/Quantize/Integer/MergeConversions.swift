import TFLite

/// Makes QUANTIZE read integers instead of the result of their DEQUANTIZE, if its kernel converts
/// between the two types.
///
/// Saves an operator and a float tensor where operators of mode int8 follow those of mode int16x8.
/// Never removes a DEQUANTIZE that others read.
package struct MergeConversions: Pass {
  package static let name = "merge-conversions"
  package static let summary = "convert between integers without floats in between"

  package func run(on model: inout Model, in job: inout Job) throws {
    for subgraph in model.subgraphs.indices { merge(subgraph, &model) }
  }

  private func merge(_ subgraph: Int, _ model: inout Model) {
    let graph = Graph(model, subgraph: subgraph)
    var dead: Set<Int> = []
    for (index, entry) in model.subgraphs[subgraph].operators.enumerated()
    where model.kind(of: entry) == .dequantize {
      guard let source = entry.inputs?.first, let result = entry.outputs?.first,
        let old = Affine(model[TensorID(subgraph, source)])
      else { continue }
      let uses = graph.uses[Int(result)]
      let merged = uses.filter { use in
        let reader = model.subgraphs[subgraph].operators[use.operation]
        guard model.kind(of: reader) == .quantize, let output = reader.outputs?.first,
          let new = Affine(model[TensorID(subgraph, output)])
        else { return false }
        return old.isRequantized(to: new)
      }
      for use in merged {
        model.subgraphs[subgraph].operators[use.operation].inputs?[use.operand] = source
      }
      if merged.count == uses.count, !uses.isEmpty, !graph.isOutput[Int(result)] {
        dead.insert(index)
      }
    }
    guard !dead.isEmpty else { return }
    model.rewriteOperators(of: subgraph) { index, old in
      dead.contains(index) ? [] : [.keep(old)]
    }
  }
}

import OpSet
import TFLite

extension Model {
  /// The tensors that hold what comes into a subgraph from outside, in another order or shape at most.
  var outsideTensors: Set<TensorID> {
    var found: Set<TensorID> = []
    for (index, subgraph) in subgraphs.enumerated() {
      for input in subgraph.inputs ?? [] where input >= 0 { found.insert(TensorID(index, input)) }
      for entry in subgraph.operators
      where OpSet.spec(for: kind(of: entry))?.scaleRule == .sameAsInputs {
        guard
          (entry.inputs ?? []).contains(where: { $0 >= 0 && found.contains(TensorID(index, $0)) })
        else { continue }
        for output in entry.outputs ?? [] where output >= 0 {
          found.insert(TensorID(index, output))
        }
      }
    }
    return found
  }
}

import Optimizer
import TFLite

extension GraphEditor {
  /// Removes operators without effect whose results nothing reads.
  mutating func sweep() {
    while true {
      let (operators, graph) = (operators, graph)
      let dead = Set(
        operators.indices.filter { index in
          let isUnread = (operators[index].outputs ?? []).allSatisfy { tensor in
            tensor < 0 || graph.uses[Int(tensor)].isEmpty && !graph.isOutput[Int(tensor)]
          }
          return isUnread && isPure(operators[index])
        })
      guard !dead.isEmpty else { return }
      remove(dead)
    }
  }

  /// The number of operators that the file has for this subgraph, with those that decode constants.
  var operatorCount: Int {
    var count = operators.count
    var needed: Set<TensorID> = []
    for folded in job.decoded.constants.reversed() where folded.tensor.subgraph == subgraph {
      guard model[folded.tensor].buffer == folded.buffer,
        !graph.uses[folded.tensor.index].isEmpty || needed.contains(folded.tensor)
      else { continue }
      needed.insert(folded.source)
      count += 1
    }
    return count
  }
}

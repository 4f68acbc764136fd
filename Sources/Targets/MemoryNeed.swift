import TFLite

/// The memory that a model needs whatever runs it.
package struct MemoryNeed: Sendable {
  /// Bytes of constants.
  package let weights: Int
  /// Bytes of the tensors that are needed at one time, in the order of the file: what no arena goes
  /// below. Runtimes add scratch and padding.
  package let activations: Int

  package init(_ model: Model) {
    var buffers: Set<Int> = []
    var most = 0
    for index in model.subgraphs.indices {
      let graph = Graph(model, subgraph: index)
      let subgraph = model.subgraphs[index]
      for (tensor, entry) in subgraph.tensors.enumerated() where graph.holdsData(tensor) {
        buffers.insert(Int(entry.buffer))
      }
      most = max(most, Self.peak(subgraph, graph))
    }
    weights = buffers.reduce(0) { $0 + (model.buffers[$1].data?.count ?? 0) }
    activations = most
  }

  private static func peak(_ subgraph: Subgraph, _ graph: Graph) -> Int {
    let count = subgraph.operators.count
    // What becomes needed before, and what is no longer needed after each operator.
    var starts = [Int](repeating: 0, count: count + 1)
    var ends = [Int](repeating: 0, count: count + 1)
    for (index, tensor) in subgraph.tensors.enumerated() where !graph.holdsData(index) {
      guard let elements = tensor.elementCount,
        let bytes = tensor.type.byteCount(elements: elements)
      else { continue }
      let isKept = tensor.isVariable || graph.isInput[index] && graph.producer[index] == nil
      guard let first = isKept ? 0 : graph.producer[index] else { continue }
      let last = graph.uses[index].map(\.operation).max() ?? first
      starts[first] += bytes
      ends[graph.isOutput[index] || tensor.isVariable ? count : max(last, first)] += bytes
    }
    var now = 0
    var most = 0
    for position in 0...count {
      now += starts[position]
      most = max(most, now)
      now -= ends[position]
    }
    return most
  }
}

import TFLite

/// A subgraph without its conversions: QUANTIZE, DEQUANTIZE and DENSIFY come and go with encodings.
struct PairedGraph {
  struct Node {
    let kind: String
    /// The index in the subgraph's operators.
    let place: Int
    /// The name of the first result, and those of the same values in other encodings.
    let names: Set<String>
    /// Parts of those names.
    let parts: Set<String>
    let resultShape: [Int32]
    /// The constant inputs in order.
    let constantShapes: [[Int32]]
  }

  let model: Model
  let subgraph: Int
  let constants: [StoredConstant]
  private(set) var nodes: [Node] = []

  /// `constants` are those of the whole model.
  init(_ model: Model, _ subgraph: Int, _ constants: [StoredConstant]) {
    self.model = model
    self.subgraph = subgraph
    self.constants = constants.filter { $0.id.subgraph == subgraph }
    let known = Set(self.constants.map(\.id.index))
    let graph = Graph(model, subgraph: subgraph)
    for (place, entry) in model.subgraphs[subgraph].operators.enumerated()
    where !model.kind(of: entry).isConversion {
      nodes.append(node(entry, place, graph, known))
    }
  }

  func inputs(of place: Int) -> [Int32] {
    model.subgraphs[subgraph].operators[place].inputs ?? []
  }

  private func node(
    _ entry: Operator, _ place: Int, _ graph: Graph, _ constants: Set<Int>
  ) -> Node {
    let tensors = model.subgraphs[subgraph].tensors
    let result = entry.outputs?.first { $0 >= 0 }.map(Int.init)
    let labels = result.map { sameValues(as: $0, graph).map { tensors[$0].label } } ?? []
    let names = labels.filter { !$0.isEmpty && !TensorNames.isGenerated($0) }
    return Node(
      kind: model.name(of: entry), place: place, names: Set(names.map(TensorNames.plain)),
      parts: names.reduce(into: []) { $0.formUnion(TensorNames.parts($1)) },
      resultShape: result.flatMap { tensors[$0].shape } ?? [],
      constantShapes: (entry.inputs ?? []).filter { constants.contains(Int($0)) }
        .map { tensors[Int($0)].shape ?? [] })
  }

  /// Returns the tensor and those that conversions make of it.
  private func sameValues(as tensor: Int, _ graph: Graph) -> [Int] {
    var found = [tensor]
    var next = 0
    while next < found.count, found.count < 8 {
      for use in graph.uses[found[next]] {
        let entry = model.subgraphs[subgraph].operators[use.operation]
        guard model.kind(of: entry).isConversion, let output = entry.outputs?.first, output >= 0,
          !found.contains(Int(output))
        else { continue }
        found.append(Int(output))
      }
      next += 1
    }
    return found
  }
}

extension BuiltinOperator {
  /// Whether it changes the encoding of values and nothing else.
  var isConversion: Bool { self == .quantize || isDecoder }
}

/// The producer and the users of each tensor of a subgraph, at one moment.
package struct Graph: Sendable {
  package struct Use: Hashable, Sendable {
    /// Index in the subgraph's operators.
    package var operation: Int
    /// Index in the operator's inputs.
    package var operand: Int
  }

  /// The uses of each tensor, by tensor index.
  package private(set) var uses: [[Use]]
  package private(set) var producer: [Int?]
  package private(set) var isInput: [Bool]
  package private(set) var isOutput: [Bool]
  private var hasData: [Bool]

  package init(_ model: Model, subgraph index: Int) {
    let subgraph = model.subgraphs[index]
    let count = subgraph.tensors.count
    uses = Array(repeating: [], count: count)
    producer = Array(repeating: nil, count: count)
    isInput = Array(repeating: false, count: count)
    isOutput = Array(repeating: false, count: count)
    hasData = subgraph.tensors.map { model.data(of: $0) != nil && !$0.isVariable }
    for (o, entry) in subgraph.operators.enumerated() {
      for (operand, tensor) in (entry.inputs ?? []).enumerated() where tensor >= 0 {
        uses[Int(tensor)].append(Use(operation: o, operand: operand))
      }
      for tensor in (entry.outputs ?? []) + (entry.intermediates ?? []) where tensor >= 0 {
        producer[Int(tensor)] = o
      }
    }
    for tensor in subgraph.inputs ?? [] where tensor >= 0 { isInput[Int(tensor)] = true }
    for tensor in subgraph.outputs ?? [] where tensor >= 0 { isOutput[Int(tensor)] = true }
    for signature in model.signatures where Int(signature.subgraphIndex) == index {
      for map in signature.inputs { isInput[Int(map.tensorIndex)] = true }
      for map in signature.outputs { isOutput[Int(map.tensorIndex)] = true }
    }
  }

  /// Whether the tensor's value is in the file and nothing else can give it one.
  package func isConstant(_ tensor: Int) -> Bool {
    hasData[tensor] && producer[tensor] == nil && !isInput[tensor]
  }

  /// Whether the file gives the tensor a value, even if it is also an input.
  package func holdsData(_ tensor: Int) -> Bool { hasData[tensor] && producer[tensor] == nil }

  /// Makes a decoded tensor a constant: its data is in the model, and no operator makes it.
  package mutating func makeConstant(_ tensor: Int) {
    hasData[tensor] = true
    producer[tensor] = nil
  }
}

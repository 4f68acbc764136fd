/// Identifies a tensor. Names can be empty or repeated in real files and are only labels.
package struct TensorID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var subgraph: Int
  package var index: Int

  package init(_ subgraph: Int, _ index: Int) {
    self.subgraph = subgraph
    self.index = index
  }

  package init(_ subgraph: Int, _ index: Int32) { self.init(subgraph, Int(index)) }

  package static func < (a: TensorID, b: TensorID) -> Bool {
    (a.subgraph, a.index) < (b.subgraph, b.index)
  }

  package var description: String { "subgraphs[\(subgraph)].tensors[\(index)]" }
}

extension Model {
  package subscript(id: TensorID) -> Tensor {
    get { subgraphs[id.subgraph].tensors[id.index] }
    set { subgraphs[id.subgraph].tensors[id.index] = newValue }
  }

  /// Returns the data of a tensor's buffer; nil where there is none or it is empty.
  package func data(of tensor: Tensor) -> TensorData? {
    let index = Int(tensor.buffer)
    guard index < buffers.count, let data = buffers[index].data, data.count > 0 else { return nil }
    return data
  }

  package func data(of id: TensorID) -> TensorData? { data(of: self[id]) }

  /// Returns the operator's effective kind: old files fill only `deprecated_builtin_code`.
  package func kind(of entry: Operator) -> BuiltinOperator {
    let index = Int(entry.opcodeIndex)
    return index < operatorCodes.count ? operatorCodes[index].kind : .placeholder
  }

  /// Returns the name by which users know the operator: the schema's, or the custom code.
  package func name(of entry: Operator) -> String {
    let kind = kind(of: entry)
    guard kind == .custom, let code = operatorCodes[Int(entry.opcodeIndex)].customCode else {
      return kind.description
    }
    return code.description
  }
}

extension Tensor {
  package var label: String { name?.description ?? "" }

  /// The product of the dimensions; nil on overflow or a negative dimension.
  package var elementCount: Int? {
    var product = 1
    for dimension in shape ?? [] {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(dimension))
      guard dimension >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  package var rank: Int { shape?.count ?? 0 }
}

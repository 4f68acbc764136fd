/// Identifies a tensor. Names can be empty or repeated in real files and are only labels.
public struct TensorID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var subgraph: Int
  public var index: Int

  public init(_ subgraph: Int, _ index: Int) {
    self.subgraph = subgraph
    self.index = index
  }

  public init(_ subgraph: Int, _ index: Int32) { self.init(subgraph, Int(index)) }

  public static func < (a: TensorID, b: TensorID) -> Bool {
    (a.subgraph, a.index) < (b.subgraph, b.index)
  }

  public var description: String { "subgraphs[\(subgraph)].tensors[\(index)]" }
}

extension Model {
  public subscript(id: TensorID) -> Tensor {
    get { subgraphs[id.subgraph].tensors[id.index] }
    set { subgraphs[id.subgraph].tensors[id.index] = newValue }
  }

  /// The data of a tensor's buffer; nil where there is none or it is empty.
  public func data(of tensor: Tensor) -> TensorData? {
    let index = Int(tensor.buffer)
    guard index < buffers.count, let data = buffers[index].data, data.count > 0 else { return nil }
    return data
  }

  public func data(of id: TensorID) -> TensorData? { data(of: self[id]) }

  /// The operator's effective kind: old files fill only `deprecated_builtin_code`.
  public func kind(of entry: Operator) -> BuiltinOperator {
    let index = Int(entry.opcodeIndex)
    return index < operatorCodes.count ? operatorCodes[index].kind : .placeholder
  }

  /// The name that people know the operator by: the schema's, or the custom code.
  public func name(of entry: Operator) -> String {
    let kind = kind(of: entry)
    guard kind == .custom, let code = operatorCodes[Int(entry.opcodeIndex)].customCode else {
      return kind.description
    }
    return code.description
  }
}

extension Tensor {
  public var label: String { name?.description ?? "" }

  /// The product of the dimensions; nil on overflow or a negative dimension.
  public var elementCount: Int? {
    var product = 1
    for dimension in shape ?? [] {
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(dimension))
      guard dimension >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  public var rank: Int { shape?.count ?? 0 }
}

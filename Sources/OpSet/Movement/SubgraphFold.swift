import TFLite

extension Preparation {
  /// Returns the function of two elements that a subgraph of one operator computes.
  func bodyFold(_ subgraph: Int, isWindow: Bool) throws -> ElementFold {
    let kinds = try runner.subgraph(subgraph).kinds
    if kinds.isEmpty, !isWindow { return .replace }
    let known: [String: ElementFold] = [
      "ADD": .sum, "MUL": .product, "MULTIPLY": .product, "MAXIMUM": .maximum,
      "MINIMUM": .minimum, "LOGICAL_AND": .all, "AND": .all, "LOGICAL_OR": .any, "OR": .any,
    ]
    let name = kinds.first?.description ?? ""
    let plain = name.hasPrefix("STABLEHLO_") ? String(name.dropFirst(10)) : name
    guard kinds.count == 1, let fold = known[plain] else {
      throw OperatorFault.unsupported("there is no kernel for the function of subgraph \(subgraph)")
    }
    return fold
  }
}

extension Preparation {
  /// Returns the function of two elements that a subgraph of one operator computes.
  func bodyFold(_ subgraph: Int, isWindow: Bool) throws -> ElementFold {
    let folds = try runner.subgraph(subgraph).folds
    if folds.isEmpty, !isWindow { return .replace }
    guard folds.count == 1, let fold = folds[0] else {
      throw OperatorFault.unsupported("there is no kernel for the function of subgraph \(subgraph)")
    }
    return fold
  }
}

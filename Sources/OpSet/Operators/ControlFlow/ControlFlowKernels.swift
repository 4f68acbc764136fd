import TFLite

extension OpKernel {
  /// Condition, then the arguments of either branch.
  static let `if` = branches { preparation in
    let condition = try preparation.input(0)
    try preparation.require(
      condition.type == .bool && condition.count == 1, "the condition is not one bool")
    return Choice(
      subgraphs: [preparation.option(If.thenSubgraph), preparation.option(If.elseSubgraph)],
      firstArgument: 1, chosen: { condition.pointer(UInt8.self).pointee != 0 ? 0 : 1 })
  }

  /// An index that no branch has selects the last branch.
  static let stablehloCase = branches { preparation in
    let index = try preparation.input(0)
    try preparation.require(
      index.type == .int32 && index.count == 1, "the branch is not chosen by one int32")
    let subgraphs = (preparation.options?[StablehloCase.branches] ?? []).map { Int($0) }
    try preparation.require(!subgraphs.isEmpty, "there is no branch")
    return Choice(
      subgraphs: subgraphs, firstArgument: 1,
      chosen: {
        let wanted = Int(index.pointer(Int32.self).pointee)
        return subgraphs.indices.contains(wanted) ? wanted : subgraphs.count - 1
      })
  }

  static let stablehloComposite = branches { preparation in
    Choice(
      subgraphs: [preparation.option(StablehloComposite.decomposition)], firstArgument: 0,
      chosen: { 0 })
  }

  /// Runs a subgraph once in the interpreter's life, to give variables their first values.
  static let callOnce = OpKernel(isPure: false) { preparation in
    let index = preparation.option(CallOnce.initializer)
    let resources = preparation.runner.resources
    let call = try SubgraphCall(preparation, subgraph: index, arguments: [], resultCount: 0)
    return .once {
      guard !resources.initialized.contains(index) else { return }
      try call.run()
      resources.initialized.insert(index)
    }
  }

  private struct Choice {
    let subgraphs: [Int]
    let firstArgument: Int
    let chosen: () -> Int
  }

  /// Runs one of several subgraphs. If all give the same shapes, the shapes are known before the
  /// run. Else the run decides, and prepares only the branch that it takes.
  private static func branches(
    _ choose: @escaping @Sendable (Preparation) throws -> Choice
  ) -> OpKernel {
    OpKernel(isPure: false) { preparation in
      let choice = try choose(preparation)
      let arguments = try preparation.arguments(from: choice.firstArgument)
      func call(_ subgraph: Int) throws -> SubgraphCall {
        try SubgraphCall(
          preparation, subgraph: subgraph, arguments: arguments,
          resultCount: preparation.outputs.count)
      }
      if preparation.isRunning {
        let taken = try call(choice.subgraphs[choice.chosen()])
        try taken.run()
        return try preparation.results(of: taken.instance)
      }
      let calls = try choice.subgraphs.map(call)
      guard let shapes = calls[0].results, calls.allSatisfy({ $0.results == shapes }) else {
        throw OperatorFault.needsValue(input: 0)
      }
      for (index, shape) in shapes.enumerated() { try preparation.setShape(shape, ofOutput: index) }
      let outputs = try preparation.outputs.indices.map { try preparation.output($0) }
      return .once {
        let taken = calls[choice.chosen()]
        try taken.run()
        for (index, output) in outputs.enumerated() {
          output.copyContent(of: taken.instance.outputs[index])
        }
      }
    }
  }
}

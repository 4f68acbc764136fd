import TFLite

extension OpKernel {
  /// Runs the body while the condition holds; both take all loop variables.
  static let `while` = OpKernel(isPure: false) { preparation in
    let arguments = try preparation.arguments()
    let condition = preparation.option(While.condition)
    let body = preparation.option(While.body)
    try preparation.require(
      preparation.outputs.count == arguments.count,
      "there are \(arguments.count) loop variables, but \(preparation.outputs.count) results")
    if preparation.isRunning {
      let state = try LoopState.run(preparation, condition, body, arguments)
      return try state.stages(preparation)
    }
    let loop = try Loop(preparation, condition, body, arguments)
    return [.once { try loop.run() }]
  }
}

/// A loop whose variables keep their shapes: the operator's outputs hold them between the steps.
private final class Loop {
  private let condition: SubgraphCall
  private let body: SubgraphCall
  private let arguments: [Value]
  private let state: [Value]
  /// Variables that the body changes.
  private let changes: [Bool]
  private var conditionActivity = -1
  private var bodyActivity = -1

  init(
    _ preparation: Preparation, _ condition: Int, _ body: Int, _ arguments: [Value]
  ) throws {
    self.arguments = arguments
    self.body = try SubgraphCall(
      preparation, subgraph: body, arguments: arguments, resultCount: arguments.count)
    self.condition = try SubgraphCall(
      preparation, subgraph: condition, arguments: arguments, resultCount: 1)
    try preparation.requireFlag(self.condition.instance)
    guard self.body.results == arguments.map(\.shape) else {
      throw OperatorFault.needsValue(input: 0)
    }
    for (index, argument) in arguments.enumerated() {
      try preparation.setShape(argument.shape, ofOutput: index)
    }
    state = try preparation.outputs.indices.map { try preparation.output($0) }
    changes = zip(self.body.instance.inputs, self.body.instance.outputs).map { $0 !== $1 }
  }

  func run() throws {
    for (target, source) in zip(state, arguments) { target.copyContent(of: source) }
    conditionActivity = -1
    bodyActivity = -1
    while true {
      try call(condition, &conditionActivity)
      guard condition.instance.outputs[0].pointer(UInt8.self).pointee != 0 else { return }
      try call(body, &bodyActivity)
      for (index, changed) in changes.enumerated() where changed {
        state[index].copyContent(of: body.instance.outputs[index])
      }
    }
  }

  /// Variables that nothing changes are copied only if another operator used the subgraph.
  private func call(_ call: SubgraphCall, _ activity: inout Int) throws {
    let instance = call.instance
    if instance.activity == activity {
      for (index, changed) in changes.enumerated() where changed && instance.readsInput[index] {
        instance.inputs[index].copyContent(of: state[index])
      }
    } else {
      try call.fill(state)
    }
    try instance.run()
    activity = instance.activity
  }
}

/// A loop whose variables may change their shapes: prepared again in each step.
private struct LoopState {
  private var variables: [(shape: [Int], bytes: [UInt8])]

  private init(_ values: [Value]) { variables = values.map { ($0.shape, Array($0.bytes)) } }

  static func run(
    _ preparation: Preparation, _ condition: Int, _ body: Int, _ arguments: [Value]
  ) throws -> LoopState {
    let condition = try preparation.runner.subgraph(condition)
    let body = try preparation.runner.subgraph(body)
    try preparation.requireFlag(condition)
    try preparation.require(
      condition.inputs.count == arguments.count && body.inputs.count == arguments.count
        && body.outputs.count == arguments.count,
      "the subgraphs do not have \(arguments.count) loop variables")
    var state = LoopState(arguments)
    while true {
      try state.fill(condition)
      try condition.run()
      guard condition.outputs[0].pointer(UInt8.self).pointee != 0 else { return state }
      try state.fill(body)
      try body.run()
      state = LoopState(body.outputs)
    }
  }

  private func fill(_ instance: any SubgraphInstance) throws {
    try instance.prepare(variables.map(\.shape))
    for (input, variable) in zip(instance.inputs, variables) { input.fill(variable.bytes) }
  }

  func stages(_ preparation: Preparation) throws -> [Stage] {
    for (index, variable) in variables.enumerated() {
      try preparation.setShape(variable.shape, ofOutput: index)
    }
    let outputs = try preparation.outputs.indices.map { try preparation.output($0) }
    let variables = variables
    return .once {
      for (output, variable) in zip(outputs, variables) { output.fill(variable.bytes) }
    }
  }
}

extension Value {
  fileprivate func fill(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { source in
      if type == .string { return replace(source) }
      UnsafeMutableRawBufferPointer(start: base, count: byteCount).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source.prefix(byteCount)))
    }
  }
}

extension Preparation {
  fileprivate func requireFlag(_ condition: any SubgraphInstance) throws {
    try require(
      condition.outputs.count == 1 && condition.outputs[0].type == .bool,
      "the condition does not give one bool")
  }
}

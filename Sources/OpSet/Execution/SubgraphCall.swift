import TFLite

/// A subgraph as an operator calls it: prepared for the shapes of the arguments.
final class SubgraphCall {
  let instance: any SubgraphInstance
  private let arguments: [Value]
  private let shapes: [[Int]]
  /// The shapes of the results; nil where they are known only during the run.
  let results: [[Int]]?

  init(
    _ preparation: Preparation, subgraph index: Int, arguments: [Value], resultCount: Int
  ) throws {
    instance = try preparation.runner.subgraph(index)
    self.arguments = arguments
    shapes = arguments.map(\.shape)
    try preparation.require(
      instance.inputs.count == arguments.count && instance.outputs.count == resultCount,
      "subgraph \(index) has \(instance.inputs.count) inputs and \(instance.outputs.count)"
        + " outputs, the operator \(arguments.count) and \(resultCount)")
    for (input, argument) in zip(instance.inputs, arguments) {
      try preparation.require(
        input.type == argument.type || (input.isHandle && argument.isHandle),
        "subgraph \(index) takes \(input.type), not \(argument.type)")
    }
    try instance.prepare(shapes)
    results = instance.outputs.allSatisfy(\.hasShape) ? instance.outputs.map(\.shape) : nil
  }

  /// Runs the subgraph on the current values of the arguments.
  func run() throws {
    try fill(arguments)
    try instance.run()
  }

  /// Copies values into the inputs, which another operator may have used meanwhile.
  func fill(_ values: [Value]) throws {
    try instance.prepare(shapes)
    for (index, input) in instance.inputs.enumerated() where instance.readsInput[index] {
      input.copyContent(of: values[index])
    }
  }
}

extension Value {
  /// Copies the content of another value of the same shape.
  func copyContent(of source: Value) {
    if type == .string {
      replace(source.bytes)
    } else if base != source.base {
      base.copyMemory(from: source.base, byteCount: min(byteCount, source.byteCount))
    }
  }

  fileprivate var isHandle: Bool { type == .resource || type == .int32 }
}

extension Preparation {
  /// Returns the operands that are not left out, from `first` on.
  func arguments(from first: Int = 0) throws -> [Value] {
    try inputs.indices.dropFirst(first).map { try input($0) }
  }

  /// Returns the stages that copy the subgraph's results to the outputs.
  func results(of instance: any SubgraphInstance) throws -> [Stage] {
    let pairs = try outputs.indices.map { (try output($0), instance.outputs[$0]) }
    for (index, pair) in pairs.enumerated() { try setShape(pair.1.shape, ofOutput: index) }
    return [.once { for (target, source) in pairs { target.copyContent(of: source) } }]
  }
}

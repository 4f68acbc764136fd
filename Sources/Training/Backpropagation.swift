import Interpreter
import OpSet
import TFLite

/// Gradients of a sum of losses, from tensors of the main subgraph back to variables, which may
/// stand in called subgraphs: through loops step by step, on what each step left.
///
/// The interpreter must keep all values (`sharesMemory` off). Only one thread may use it at a time.
package final class Backpropagation {
  private let interpreter: Interpreter
  private let variables: Set<TensorID>
  private let main: Int
  /// What rounding leaves of tensors: beyond it they are constant.
  private let ranges: [TensorID: ClosedRange<Float>]
  /// The subgraphs that a run reaches.
  private var graphs: [Int: SubgraphGradients] = [:]
  /// Operators whose gradient the values of a run ruled out.
  private var refused: Set<String> = []

  /// Must be called after a run. Gradients end at operators that have none.
  package init(
    _ interpreter: Interpreter, variables: Set<TensorID>,
    ranges: [TensorID: ClosedRange<Float>] = [:]
  ) throws {
    self.ranges = ranges
    self.interpreter = interpreter
    self.variables = variables
    main = interpreter.mainSubgraph
    reach(main, from: [])
  }

  /// The names of the operators at which gradients end although variables lie before them.
  package var ends: [String] {
    graphs.values.reduce(into: refused) { $0.formUnion($1.ends) }.sorted()
  }

  // MARK: Reach

  /// Finds the tensors of a subgraph that depend on variables, given the inputs that do.
  private func reach(_ index: Int, from inputs: Set<Int>) {
    let graph = graphs[index] ?? SubgraphGradients(interpreter, index, variables)
    graphs[index] = graph
    graph.reach(inputs)
    for (position, node) in graph.nodes.enumerated() {
      guard let gradient = graph.gradient(of: node) else { continue }
      guard case .called(let first, let isLoop) = gradient.way else {
        if graph.depends(node) { graph.reach(outputsOf: node) }
        continue
      }
      guard interpreter.recordsRuns else { continue }
      reach(node, of: graph, called(from: index, position, isLoop: isLoop), first, isLoop: isLoop)
    }
  }

  private func reach(
    _ node: Node, of graph: SubgraphGradients, _ callees: [Int], _ first: Int, isLoop: Bool
  ) {
    var arguments = Set(node.inputs.indices.filter { graph.isReached(node.inputs[$0]) })
    if first > 0 { arguments = Set(arguments.filter { $0 >= first }.map { $0 - first }) }
    var results: Set<Int> = isLoop ? arguments : []
    for callee in callees {
      while true {
        reach(callee, from: isLoop ? results : arguments)
        guard let inner = graphs[callee] else { break }
        let outputs = inner.outputs
        let found = Set(outputs.indices.filter { inner.isReached(outputs[$0]) })
        if !isLoop || found.isSubset(of: results) {
          results.formUnion(found)
          break
        }
        results.formUnion(found)
      }
    }
    for index in results where node.outputs.indices.contains(index) {
      graph.reach(node.outputs[index])
    }
  }

  /// Returns the subgraphs that an operator runs, without a loop's condition.
  private func called(from subgraph: Int, _ position: Int, isLoop: Bool) -> [Int] {
    let all = interpreter.file.model.subgraphs[subgraph].operators[position].calledSubgraphs
      .map { Int($0) }
    return isLoop ? Array(all.suffix(1)) : all
  }

  /// Returns the memory to which the loss's gradient of a tensor is added; nil if the tensor
  /// depends on no variable. It must be asked for again in each run.
  package func gradient(of id: TensorID) -> UnsafeMutablePointer<Float>? {
    guard id.subgraph == main, let value = interpreter.value(of: id) else { return nil }
    return graphs[main]?.touch(value)
  }

  package func reaches(_ id: TensorID) -> Bool {
    id.subgraph == main && !variables.contains(id)
      && graphs[main]?.isReached(interpreter.value(of: id)) == true
  }

  // MARK: Running

  /// Adds the variables' gradients to `results`, one float for each element, and clears those of
  /// other tensors.
  package func run(into results: [TensorID: UnsafeMutablePointer<Float>]) throws {
    defer { for graph in graphs.values { graph.clear() } }
    guard let graph = graphs[main] else { return }
    try run(graph, interpreter.recordedRun, results)
  }

  private func run(
    _ graph: SubgraphGradients, _ run: RecordedRun?,
    _ results: [TensorID: UnsafeMutablePointer<Float>]
  ) throws {
    for (position, node) in graph.nodes.enumerated().reversed() {
      guard graph.isTouched(node), let gradient = graph.gradient(of: node) else { continue }
      graph.cut(node, at: ranges)
      let inputs = node.inputs.map { value -> UnsafeMutablePointer<Float>? in
        guard let value else { return nil }
        return variables.contains(value.id) ? results[value.id] : graph.touch(value)
      }
      do {
        switch gradient.way {
        case .moved: try graph.move(position, inputs)
        case .computed(let body):
          guard let step = graph.step(node, inputs, run) else { continue }
          try body(step)
        case .called(let first, let isLoop):
          try goBack(
            node, of: graph, run?.calls[position] ?? [], isLoop: isLoop,
            inputs: Array(inputs.dropFirst(first)), results)
        }
      } catch OperatorFault.unsupported {
        refused.insert(node.name)
      }
    }
  }

  /// Goes back through the runs that an operator made of a subgraph, the last one first.
  private func goBack(
    _ node: Node, of graph: SubgraphGradients, _ runs: [RecordedRun], isLoop: Bool,
    inputs: [UnsafeMutablePointer<Float>?],
    _ results: [TensorID: UnsafeMutablePointer<Float>]
  ) throws {
    var given = graph.copies(of: node.outputs)
    for run in runs.reversed() {
      guard let inner = graphs[run.subgraph] else { continue }
      try run.restore()
      inner.clear()
      for (output, gradient) in zip(run.outputs, given) { inner.add(gradient, to: output) }
      try self.run(inner, run, results)
      given = inner.copies(of: run.inputs)
    }
    guard isLoop || !runs.isEmpty else { return }
    for (input, gradient) in zip(inputs, given) {
      guard let input, let gradient else { continue }
      for index in gradient.indices { input[index] += gradient[index] }
    }
  }
}

import Interpreter
import OpSet
import TFLite

/// Gradients of a sum of losses, from tensors of the main subgraph back to variables.
///
/// The interpreter must keep all values (`sharesMemory` off). The gradients are for the shapes for
/// which the interpreter is prepared at initialization. Only one thread may use it at a time.
package final class Backpropagation {
  private let interpreter: Interpreter
  private let nodes: [Node]
  private let variables: Set<Int>
  /// Gradients of values that depend on variables, by tensor.
  private var gradients: [Int: UnsafeMutablePointer<Float>] = [:]
  private var counts: [Int: Int] = [:]
  /// Tensors whose gradient is not zero so far.
  private var touched: Set<Int> = []
  /// For operators that move elements, by node and output: the source of each element.
  private var moves: [Int: [[Source]]] = [:]
  private let subgraph: Int

  /// An element of an input; −1 for none.
  private struct Source {
    let input: Int32
    let element: Int32
  }

  /// Must be called after a run. Gradients end at operators that have none.
  package init(_ interpreter: Interpreter, variables: Set<TensorID>) throws {
    self.interpreter = interpreter
    nodes = interpreter.mainNodes
    let subgraph = interpreter.mainSubgraph
    self.subgraph = subgraph
    self.variables = Set(variables.filter { $0.subgraph == subgraph }.map(\.index))
    var reached = self.variables
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.compactMap { $0 }
      guard inputs.contains(where: { reached.contains($0.id.index) }),
        let gradient = interpreter.operators.spec(for: node.preparation.kind)?.gradient,
        node.mode == .ready
      else { continue }
      if case .moved = gradient.way {
        guard let found = try sources(of: node) else { continue }
        moves[index] = found
      }
      for case let output? in node.outputs where output.type == .float32 {
        reached.insert(output.id.index)
        counts[output.id.index] = output.count
      }
    }
    for (index, count) in counts {
      gradients[index] = .allocate(capacity: max(count, 1))
    }
  }

  deinit { for memory in gradients.values { memory.deallocate() } }

  /// Returns the memory to which the loss's gradient of a tensor is added; nil if the tensor
  /// depends on no variable. It must be asked for again in each run.
  package func gradient(of id: TensorID) -> UnsafeMutablePointer<Float>? {
    guard id.subgraph == subgraph else { return nil }
    return touch(id.index)
  }

  package func reaches(_ id: TensorID) -> Bool {
    id.subgraph == subgraph && gradients[id.index] != nil
  }

  private func touch(_ index: Int) -> UnsafeMutablePointer<Float>? {
    guard let memory = gradients[index] else { return nil }
    if touched.insert(index).inserted {
      memory.update(repeating: 0, count: counts[index] ?? 0)
    }
    return memory
  }

  /// Adds the variables' gradients to `results`, one float for each element, and clears those of
  /// other tensors.
  package func run(into results: [TensorID: UnsafeMutablePointer<Float>]) throws {
    defer { touched = [] }
    for (index, node) in nodes.enumerated().reversed() {
      guard node.outputs.contains(where: { touched.contains($0?.id.index ?? -1) }),
        let gradient = interpreter.operators.spec(for: node.preparation.kind)?.gradient
      else { continue }
      let inputs = node.inputs.map { value -> UnsafeMutablePointer<Float>? in
        guard let id = value?.id else { return nil }
        return variables.contains(id.index) ? results[id] : touch(id.index)
      }
      switch gradient.way {
      case .moved: move(index, inputs)
      case .computed(let body):
        guard let output = node.outputs.first ?? nil, let given = gradients[output.id.index] else {
          continue
        }
        try body(
          GradientStep(
            options: node.preparation.options, inputs: node.inputs, outputs: node.outputs,
            inputGradients: inputs, outputGradient: given,
            kernels: interpreter.kernels))
      }
    }
  }

  private func move(_ index: Int, _ inputs: [UnsafeMutablePointer<Float>?]) {
    for (output, sources) in zip(nodes[index].outputs, moves[index] ?? []) {
      guard let id = output?.id.index, touched.contains(id), let given = gradients[id] else {
        continue
      }
      for (element, source) in sources.enumerated() where source.input >= 0 {
        inputs[Int(source.input)]?[Int(source.element)] += given[element]
      }
    }
  }

  /// Runs the operator on the indices of its inputs' elements, and on the negated indices: an
  /// element that changes its sign was moved. Returns nil if other inputs decide in each run.
  private func sources(of node: Node) throws -> [[Source]]? {
    let known = node.inputs.map { value in value?.isKnown ?? true }
    var ends: [Int] = []
    var total = 0
    for (input, isKnown) in zip(node.inputs, known) {
      if !isKnown, let input {
        guard input.type == .float32 else { return nil }
        total += input.count
      }
      ends.append(total)
    }
    // Floats hold integers exactly below 2^24.
    guard total > 0, total < 1 << 24,
      node.outputs.allSatisfy({ $0?.type ?? .float32 == .float32 })
    else { return nil }
    let before = zip(node.inputs, known).map { value, isKnown in
      isKnown ? [] : Array(value?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }
    func results(_ sign: Float) throws -> [[Float]] {
      for (index, input) in node.inputs.enumerated() where !known[index] {
        guard let input else { continue }
        let first = ends[index] - input.count + 1
        for element in 0..<input.count { input.floats[element] = sign * Float(first + element) }
      }
      try node.execute(interpreter.pool)
      return node.outputs.map { value in
        value.map { Array(UnsafeBufferPointer(start: $0.floats, count: $0.count)) } ?? []
      }
    }
    let (up, down) = (try results(1), try results(-1))
    for (index, bytes) in before.enumerated() where !known[index] {
      bytes.withUnsafeBytes {
        node.inputs[index]?.base.copyMemory(from: $0.baseAddress!, byteCount: $0.count)
      }
    }
    try node.execute(interpreter.pool)
    return zip(up, down).map { plus, minus in
      zip(plus, minus).map { a, b in
        guard a >= 1, b == -a, a.rounded() == a,
          let input = ends.firstIndex(where: { Int(a) <= $0 })
        else {
          return Source(input: -1, element: -1)
        }
        let first = input == 0 ? 0 : ends[input - 1]
        return Source(input: Int32(input), element: Int32(Int(a) - 1 - first))
      }
    }
  }
}

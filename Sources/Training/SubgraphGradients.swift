import Interpreter
import OpSet
import TFLite

/// The gradients of one subgraph's values: which of them depend on variables, and the memory of
/// those.
final class SubgraphGradients {
  let nodes: [Node]
  let outputs: [Value]
  private let interpreter: Interpreter
  private let variables: Set<TensorID>
  /// Tensors that depend on variables, variables included.
  private var reached: Set<Int>
  private var memory: [Int: (floats: UnsafeMutablePointer<Float>, capacity: Int)] = [:]
  /// Tensors whose gradient is not zero so far.
  private var touched: Set<Int> = []
  /// For operators that move elements to the same places in every run.
  private var moves: [Int: MovedElements] = [:]

  init(_ interpreter: Interpreter, _ subgraph: Int, _ variables: Set<TensorID>) {
    self.interpreter = interpreter
    self.variables = variables
    nodes = interpreter.nodes(of: subgraph)
    outputs = interpreter.outputs(of: subgraph)
    reached = Set(variables.filter { $0.subgraph == subgraph }.map(\.index))
    inputs = interpreter.inputs(of: subgraph)
  }

  private let inputs: [Value]

  deinit { for entry in memory.values { entry.floats.deallocate() } }

  // MARK: Reach

  /// Marks inputs of the subgraph, by position.
  func reach(_ positions: Set<Int>) {
    for position in positions where inputs.indices.contains(position) { reach(inputs[position]) }
  }

  func reach(_ value: Value?) {
    if let value, value.type == .float32 { reached.insert(value.id.index) }
  }

  func reach(outputsOf node: Node) { for output in node.outputs { reach(output) } }

  func isReached(_ value: Value?) -> Bool { value.map { reached.contains($0.id.index) } ?? false }

  func depends(_ node: Node) -> Bool { node.inputs.contains { isReached($0) } }

  /// Returns nil where gradients end.
  func gradient(of node: Node) -> OpGradient? {
    guard node.mode == .ready || node.mode == .dynamic,
      let gradient = interpreter.operators.gradient(of: node.preparation.kind, named: node.name)
    else { return nil }
    if case .moved = gradient.way, !MovedElements.canFollow(node) { return nil }
    return gradient
  }

  /// The names of operators that depend on variables and give floats that do not.
  var ends: Set<String> {
    Set(
      nodes.filter { node in
        depends(node) && node.outputs.contains { $0?.type == .float32 }
          && !node.outputs.contains { isReached($0) }
      }.map(\.name))
  }

  // MARK: Gradients

  /// Returns the memory to which the value's gradient is added; nil if it depends on no variable.
  func touch(_ value: Value) -> UnsafeMutablePointer<Float>? {
    let index = value.id.index
    guard reached.contains(index), !variables.contains(value.id) else { return nil }
    if !touched.insert(index).inserted { return memory[index]?.floats }
    if memory[index]?.capacity ?? -1 < value.count {
      memory[index]?.floats.deallocate()
      memory[index] = (.allocate(capacity: max(value.count, 1)), value.count)
    }
    memory[index]?.floats.update(repeating: 0, count: value.count)
    return memory[index]?.floats
  }

  func isTouched(_ node: Node) -> Bool {
    node.outputs.contains { $0.map { touched.contains($0.id.index) } ?? false }
  }

  private func given(_ value: Value?) -> UnsafeMutablePointer<Float>? {
    guard let value, touched.contains(value.id.index) else { return nil }
    return memory[value.id.index]?.floats
  }

  func clear() { touched = [] }

  /// Sets the gradients of results that rounding cut off to zero: there it is constant. With gradients that pass
  /// there too, dnn_s with int4 weights ends at a divergence of .118 on held-out clips, without at .057; it
  /// starts at .114.
  func cut(_ node: Node, at ranges: [TensorID: ClosedRange<Float>]) {
    for output in node.outputs {
      guard let output, let range = ranges[output.id], let gradient = given(output) else {
        continue
      }
      Self.cut(gradient, output.floats, output.count, range)
    }
  }

  private static func cut(
    _ gradient: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, _ count: Int,
    _ range: ClosedRange<Float>
  ) {
    let whole = count / 8 * 8
    for first in stride(from: 0, to: whole, by: 8) {
      let value = UnsafeRawPointer(values + first).loadUnaligned(as: SIMD8<Float>.self)
      let target = UnsafeMutableRawPointer(gradient + first)
      var kept = target.loadUnaligned(as: SIMD8<Float>.self)
      kept.replace(
        with: 0, where: (value .<= range.lowerBound) .| (value .>= range.upperBound))
      target.storeBytes(of: kept, as: SIMD8<Float>.self)
    }
    for index in whole..<count
    where values[index] <= range.lowerBound || values[index] >= range.upperBound {
      gradient[index] = 0
    }
  }

  /// Returns the gradient of each value; nil where it is zero.
  func copies(of values: [Value?]) -> [[Float]?] {
    values.map { value in
      given(value).map { Array(UnsafeBufferPointer(start: $0, count: value?.count ?? 0)) }
    }
  }

  func add(_ gradient: [Float]?, to value: Value) {
    guard let gradient, let target = touch(value), gradient.count == value.count else { return }
    for index in gradient.indices { target[index] += gradient[index] }
  }

  /// `run` tells what states held before.
  func step(
    _ node: Node, _ inputs: [UnsafeMutablePointer<Float>?], _ run: RecordedRun?
  ) -> GradientStep? {
    let given = node.outputs.map { self.given($0) }
    guard let output = node.outputs.first ?? nil, let first = touch(output) else { return nil }
    return GradientStep(
      options: node.preparation.options, customOptions: node.preparation.customOptions,
      inputs: node.inputs, outputs: node.outputs,
      inputGradients: inputs, outputGradients: given, outputGradient: first,
      states: node.inputs.map { value in value.flatMap { run?.states[$0.id.index] } },
      kernels: interpreter.kernels)
  }

  /// Hands the gradients of an operator that moves elements to those that it moved.
  func move(_ position: Int, _ inputs: [UnsafeMutablePointer<Float>?]) throws {
    let node = nodes[position]
    var elements = moves[position]
    if elements?.fits(node) != true {
      elements = try MovedElements(node, interpreter)
      if MovedElements.isFixed(node) { moves[position] = elements }
    }
    elements?.add(node.outputs.map { given($0) }, to: inputs, interpreter.kernels)
  }
}

import KernelTable
import OpSet
import Platform
import TFLite

/// Runs a model: prepared once for the shapes of its inputs, then run any number of times.
///
/// Several threads must not use it at once. It uses several threads itself, and results are
/// bit-identical for any number of them.
package final class Interpreter: SubgraphRunner {
  package struct Options: Sendable {
    package var threads = Threads.available
    package var kernels = KernelTable.chosen
    package var reference = ReferenceKernels.litert
    /// Whether to run the operators that have kernels even if others have none.
    package var skipsUnsupported = false
    /// The greatest number of bytes of a tensor, and of all tensors that are needed at one time.
    package var maxMemory = Process.physicalMemory
    /// The signature to run; nil: the first subgraph.
    package var signature: String?
    /// Whether values that are not needed at the same time share memory.
    package var sharesMemory = true
    /// Constants, floats or integers of a byte and more, whose values may change between runs.
    package var variables: Set<TensorID> = []
    /// Packed constants, shared by interpreters that run the same model side by side.
    package var packed: PackedConstants?
    /// Runs that would begin later throw `Deadline.Passed`.
    package var deadline: Deadline?
    /// The known operators; tests add operators of their own.
    package var operators = OpSet.builtin

    package init() {}
  }

  /// An operator that has just run, with its inputs and outputs.
  package struct Observation {
    package let subgraph: Int
    package let operatorIndex: Int
    package let kind: BuiltinOperator
    /// The schema's name or the custom code.
    package let name: String
    package let inputs: [Value?]
    package let outputs: [Value]
  }

  package typealias Observer = (Observation) throws -> Void

  package let file: ModelFile
  package let kernels: KernelTable
  package let reference: ReferenceKernels
  package let pool: WorkerPool
  let sharesMemory: Bool
  let variables: Set<TensorID>
  package let operators: OpSet
  let maxMemory: Int
  let deadline: Deadline?
  package let resources = Resources()
  package let packed: PackedConstants?
  var observer: Observer?
  /// A number of its own for each state of the constants that change between runs; nil where they may have
  /// changed before any run. Only without `sharesMemory`.
  package var constants: Int?
  /// Only where constants change between runs, and values stand until the next run.
  let recorder: RunRecorder?
  var unavailable: Set<TensorID> = []
  private(set) var programs: [Int: Program] = [:]
  private(set) var main: Program!
  package private(set) var inputs: [Port] = []
  package private(set) var outputs: [Port] = []

  /// Prepares for the shapes in the file. Throws `ModelFault`, or `InterpreterFault` with all
  /// operators that have no kernel.
  package init(_ file: ModelFile, options: Options = Options()) throws {
    try file.model.checkRunnable()
    self.file = file
    kernels = options.kernels
    reference = options.reference
    sharesMemory = options.sharesMemory
    variables = options.variables
    recorder = options.sharesMemory || options.variables.isEmpty ? nil : RunRecorder()
    operators = options.operators
    packed = options.packed
    maxMemory = options.maxMemory
    deadline = options.deadline
    pool = WorkerPool(lanes: options.threads)
    let choice = try Port.choose(options.signature, in: file.model)
    if !options.skipsUnsupported { try checkKernels(file.model, from: choice.subgraph) }
    let program = try program(choice.subgraph)
    main = program
    inputs = choice.inputs
    outputs = choice.outputs
    try program.prepare(program.inputs.map(\.shape))
  }

  deinit { pool.stop() }

  /// The operators of the subgraph that runs, as they were prepared.
  package var mainNodes: [Node] { main.nodes }

  package var mainSubgraph: Int { main.index }

  /// Labels of the operators' results, in order.
  package var mainResults: [String] { main.results.map(\.tensor.label) }

  /// Returns a tensor of the main subgraph, or of one that it calls. Its bytes stay until the
  /// subgraph's next run, or with `sharesMemory` until another operator uses the memory. The bytes
  /// of a variable may be overwritten between runs.
  package func value(of id: TensorID) -> Value? { programs[id.subgraph]?.values[id.index] }

  // MARK: Subgraphs

  private func program(_ index: Int) throws -> Program {
    if let ready = programs[index] { return ready }
    guard file.model.subgraphs.indices.contains(index) else {
      throw InterpreterFault.noSubgraph(index)
    }
    let program = try Program(file.model, subgraph: index, owner: self)
    programs[index] = program
    return program
  }

  package func subgraph(_ index: Int) throws -> any SubgraphInstance { try program(index) }

  /// Every operator without a kernel in the subgraphs that a run can reach.
  private func checkKernels(_ model: Model, from start: Int) throws {
    var missing: [InterpreterFault.Place] = []
    var pending = [start]
    var seen: Set<Int> = []
    while let index = pending.popLast() {
      guard seen.insert(index).inserted else { continue }
      guard model.subgraphs.indices.contains(index) else {
        throw InterpreterFault.noSubgraph(index)
      }
      for (position, entry) in model.subgraphs[index].operators.enumerated() {
        let kind = model.kind(of: entry)
        let name = model.name(of: entry)
        pending += entry.calledSubgraphs.map { Int($0) }
        if operators.kernel(of: kind, named: name) == nil {
          missing.append(.init(subgraph: index, index: position, name: name))
        }
      }
    }
    guard missing.isEmpty else { throw InterpreterFault.noKernel(missing) }
  }

  // MARK: Running

  /// Prepares for other shapes of the inputs. After a failure, the interpreter is usable only after
  /// another call.
  package func resize(_ shapes: [[Int]]) throws {
    guard shapes.count == inputs.count else {
      throw InterpreterFault.inputCount(expected: inputs.count, found: shapes.count)
    }
    var all = main.inputs.map(\.shape)
    for (port, shape) in zip(inputs, shapes) {
      try port.check(shape)
      all[port.position] = shape
    }
    try main.prepare(all)
  }

  package func shape(ofInput index: Int) -> [Int] { main.inputs[inputs[index].position].shape }

  /// Returns the input with the value that was set.
  package func inputValue(_ index: Int) -> Value { main.inputs[inputs[index].position] }

  /// Copies an input's bytes; their number must be right for the prepared shape.
  package func setInput(_ index: Int, _ bytes: UnsafeRawBufferPointer) throws {
    try main.requirePreparation()
    let value = main.inputs[inputs[index].position]
    if value.type == .string { return value.replace(bytes) }
    guard bytes.count == value.byteCount else {
      throw InterpreterFault.inputSize(
        name: inputs[index].name, expected: value.byteCount, found: bytes.count)
    }
    if let source = bytes.baseAddress {
      value.base.copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Bytes of activations and scratch for the prepared shapes.
  package var arenaBytes: Int { programs.values.reduce(0) { $0 + $1.arenaBytes } }

  /// Runs on the current inputs. `observing` is called after each operator, including those of
  /// called subgraphs, while its inputs and outputs have their bytes.
  package func run(observing observer: Observer? = nil) throws {
    try deadline?.check()
    try main.requirePreparation()
    try observed(by: observer) { try main.run() }
  }

  func observed(by observer: Observer?, _ body: () throws -> Void) rethrows {
    self.observer = observer
    defer { self.observer = nil }
    try body()
  }

  /// Takes the arrays' shapes and copies their bytes.
  package func set(_ arrays: [DenseArray]) throws {
    guard arrays.count == inputs.count else {
      throw InterpreterFault.inputCount(expected: inputs.count, found: arrays.count)
    }
    for (port, array) in zip(inputs, arrays) { try port.check(array) }
    try resize(arrays.map(\.shape))
    for (index, array) in arrays.enumerated() {
      try array.bytes.withUnsafeBytes { try setInput(index, $0) }
    }
  }

  /// Sets the inputs, runs, and returns copies of the outputs.
  package func run(
    _ arrays: [DenseArray], observing observer: Observer? = nil
  ) throws -> [DenseArray] {
    try set(arrays)
    try run(observing: observer)
    return outputs.indices.map { output($0) }
  }

  /// Returns a copy of an output of the last run.
  package func output(_ index: Int) -> DenseArray {
    let value = outputValue(index)
    return DenseArray(value.type, shape: value.shape, bytes: Array(value.bytes))
  }

  /// Returns an output of the last run; its bytes stand until the next.
  package func outputValue(_ index: Int) -> Value { main.values[outputs[index].tensor] }

  /// Resets variables and tables to their state before the first run.
  package func resetState() {
    for program in programs.values { program.resetVariables() }
    resources.objects = [:]
    resources.initialized = []
  }

  func observe(_ node: Node) throws {
    try observer?(
      Observation(
        subgraph: node.place.subgraph, operatorIndex: node.place.index,
        kind: node.preparation.kind, name: node.place.name,
        inputs: node.inputs, outputs: node.outputs.compactMap { $0 }))
  }
}

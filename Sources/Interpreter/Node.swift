import OpSet
import Platform
import TFLite

/// An operator of a subgraph, ready to run.
package final class Node {
  package enum Mode {
    /// Shapes are known; the stages are ready.
    case ready
    /// Shapes depend on values of the run: the operator is prepared each time, with memory of its
    /// own.
    case dynamic
    /// The result is known before the run.
    case folded
    /// There is no kernel, or an input comes from such an operator.
    case unavailable
  }

  package let preparation: Preparation
  let kernel: OpKernel?
  let place: InterpreterFault.Place
  /// Bytes that an output or scratch may take.
  private let maxMemory: Int
  package internal(set) var mode = Mode.ready
  var stages: [Stage] = []
  private var followsAdjustable = false
  private var heap: [UnsafeMutableRawPointer] = []
  private var last: DynamicState?
  /// The state of constants for which weights are packed; nil before the first run.
  private var packed: Int?

  init(
    _ preparation: Preparation, _ kernel: OpKernel?, _ place: InterpreterFault.Place,
    maxMemory: Int
  ) {
    self.maxMemory = maxMemory
    self.preparation = preparation
    self.kernel = kernel
    self.place = place
  }

  deinit { freeScratch() }

  /// The schema's name or the custom code.
  package var name: String { place.name }
  package var inputs: [Value?] { preparation.inputs }
  package var outputs: [Value?] { preparation.outputs }

  /// Prepares the stages. Returns nil if only the run can do so.
  func prepare() throws -> [Stage]? {
    guard let kernel else { return nil }
    (last, packed) = (nil, nil)
    preparation.reset()
    do {
      let stages = try kernel.prepare(preparation)
      let sizes = outputs.compactMap { $0?.byteCount } + preparation.scratch.map(\.byteCount)
      if let most = sizes.max(), most > maxMemory {
        throw InterpreterFault.memory(bytes: most, limit: maxMemory)
      }
      followsAdjustable = preparation.followsAdjustable
      return stages
    } catch OperatorFault.needsValue {
      return nil
    } catch let fault as OperatorFault {
      throw InterpreterFault.failed(place, fault)
    }
  }

  /// Runs again on the current inputs, whatever the mode.
  package func executeAgain(_ pool: WorkerPool) throws {
    mode == .dynamic ? try executeDynamically(pool) : try execute(pool)
  }

  /// Runs an operator that is ready. `constants` names the state of those that may change; nil where nothing is
  /// known of it.
  func execute(_ pool: WorkerPool, constants: Int? = nil) throws {
    let isPacked = constants != nil && constants == packed
    if followsAdjustable, !isPacked { try renew() }
    try runStages(pool, isPacked: isPacked)
    packed = constants
  }

  /// Prepares again, in the same memory, since constants may have changed.
  private func renew() throws {
    let memory = preparation.scratch.map(\.base)
    guard let fresh = try prepare() else { return }
    for (scratch, base) in zip(preparation.scratch, memory) { scratch.base = base }
    stages = fresh
  }

  private func runStages(_ pool: WorkerPool, isPacked: Bool = false) throws {
    for stage in stages {
      switch stage {
      case .packing where isPacked: continue
      case .once(let body), .packing(let body):
        do {
          try body()
        } catch let fault as OperatorFault {
          throw InterpreterFault.failed(place, fault)
        }
      case .tiles(let count, let body):
        pool.run(tiles: count, body)
      }
    }
  }

  /// Prepares with the values of this run, and runs.
  func executeDynamically(_ pool: WorkerPool) throws {
    if let last, last.holds(inputs) {
      for copy in last.copies { copy.to.replace(copy.from.bytes) }
      return try runStages(pool)
    }
    preparation.isRunning = true
    defer { preparation.isRunning = false }
    for case let value? in inputs where value.isKnown { try value.materialize?() }
    guard let prepared = try prepare() else {
      throw InterpreterFault.failed(place, .unsupported("its shapes cannot be determined"))
    }
    stages = prepared
    let copies = placeOnHeap()
    if kernel?.isPure == true {
      last = DynamicState(preparation, copies: copies)
    }
    for copy in copies { copy.to.replace(copy.from.bytes) }
    try runStages(pool)
  }

  /// Runs stages once, with outputs and scratch on the heap.
  func executeOnHeap(_ prepared: [Stage], _ pool: WorkerPool) throws {
    stages = prepared
    let copies = placeOnHeap()
    defer { freeScratch() }
    // Operators that run subgraphs may reuse the input's memory.
    for copy in copies { copy.to.replace(copy.from.bytes) }
    try runStages(pool)
  }

  /// Gives outputs and scratch memory of their own. Returns the outputs that are copies of inputs.
  private func placeOnHeap() -> [(to: Value, from: Value)] {
    freeScratch()
    var copies: [(to: Value, from: Value)] = []
    for (index, output) in outputs.enumerated() {
      guard let output else { continue }
      if let alias = preparation.aliases.first(where: { $0.output == index }),
        let source = inputs[alias.input]
      {
        copies.append((output, source))
      } else if output.type != .string {
        output.own(output.byteCount)
      }
    }
    for scratch in preparation.scratch {
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: scratch.byteCount, alignment: 64)
      heap.append(memory)
      scratch.base = memory
    }
    return copies
  }

  private func freeScratch() {
    for memory in heap { memory.deallocate() }
    heap = []
  }
}

/// The shapes and values for which a dynamic operator was last prepared. While they stay the same,
/// its stages can be used again.
private struct DynamicState {
  let copies: [(to: Value, from: Value)]
  private let shapes: [[Int]]
  /// The bytes of inputs that decided shapes or steps.
  private let values: [(input: Int, bytes: [UInt8])]

  /// Values larger than this are not compared.
  private static let limit = 64

  /// Returns nil if a large value decided the preparation.
  init?(_ preparation: Preparation, copies: [(to: Value, from: Value)]) {
    self.copies = copies
    shapes = preparation.inputs.map { $0?.shape ?? [] }
    var values: [(input: Int, bytes: [UInt8])] = []
    for index in preparation.asked.sorted() {
      guard let value = preparation.inputs[index], value.byteCount <= Self.limit else {
        return nil
      }
      values.append((index, Array(value.bytes)))
    }
    self.values = values
  }

  func holds(_ inputs: [Value?]) -> Bool {
    for (index, input) in inputs.enumerated() where input?.shape ?? [] != shapes[index] {
      return false
    }
    for (index, bytes) in values {
      guard let value = inputs[index], value.bytes.elementsEqual(bytes) else { return false }
    }
    return true
  }
}

import OpSet
import Platform
import TFLite

/// An operator of a subgraph, ready to run.
final class Node {
  enum Mode {
    /// Shapes are known; the stages are ready.
    case ready
    /// Shapes depend on values of the run: prepared each time, with memory of its own.
    case dynamic
    /// The result is known before the run.
    case folded
    /// There is no kernel, or an input comes from such an operator.
    case unavailable
  }

  let preparation: Preparation
  let kernel: OpKernel?
  let place: InterpreterFault.Place
  var mode = Mode.ready
  var stages: [Stage] = []
  private var heap: [UnsafeMutableRawPointer] = []

  init(_ preparation: Preparation, _ kernel: OpKernel?, _ place: InterpreterFault.Place) {
    self.preparation = preparation
    self.kernel = kernel
    self.place = place
  }

  deinit { freeScratch() }

  var inputs: [Value?] { preparation.inputs }
  var outputs: [Value?] { preparation.outputs }

  /// Prepares the stages; nil means that the run must decide.
  func prepare() throws -> [Stage]? {
    guard let kernel else { return nil }
    preparation.reset()
    do {
      return try kernel.prepare(preparation)
    } catch OperatorFault.needsValue {
      return nil
    } catch let fault as OperatorFault {
      throw InterpreterFault.failed(place, fault)
    }
  }

  func execute(_ pool: WorkerPool) throws {
    for stage in stages {
      switch stage {
      case .once(let body):
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
    preparation.isRunning = true
    defer { preparation.isRunning = false }
    for case let value? in inputs where value.isKnown { try value.materialize?() }
    guard let prepared = try prepare() else {
      throw InterpreterFault.failed(place, .unsupported("its shapes cannot be determined"))
    }
    try executeOnHeap(prepared, pool)
  }

  /// Runs stages with outputs and scratch on the heap.
  func executeOnHeap(_ prepared: [Stage], _ pool: WorkerPool) throws {
    stages = prepared
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
    defer { freeScratch() }
    // What an operator runs inside itself may use the input's place again.
    for copy in copies { copy.to.replace(copy.from.bytes) }
    try execute(pool)
  }

  private func freeScratch() {
    for memory in heap { memory.deallocate() }
    heap = []
  }
}

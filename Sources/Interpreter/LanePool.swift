import OpSet
import Platform
import Synchronization

/// Things that run one model, each on a thread of its own, to run many samples at once.
package struct LanePool<Lane: Sendable>: Sendable {
  package let lanes: [Lane]

  /// Makes as many lanes as the options have threads, at most `most`, at the same time. `make` gets
  /// the options of an interpreter for one thread, which leaves out what it cannot run and shares packed
  /// constants with the others: all are of the same model.
  package init(
    _ options: Interpreter.Options, most: Int,
    make: @Sendable (Interpreter.Options) throws -> Lane
  ) throws {
    var changed = options
    changed.threads = 1
    changed.skipsUnsupported = true
    changed.packed = PackedConstants()
    let single = changed
    let count = max(1, min(options.threads, most))
    let made = Mutex<[Int: Lane]>([:])
    try Threads.inLanes(count, over: 0..<count) { _, index in
      let lane = try make(single)
      made.withLock { $0[index] = lane }
    }
    lanes = made.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }

  /// Calls `body` for each index, on several threads, each lane with one index at a time. Throws the
  /// error of the first index that failed.
  package func forEach(
    _ indices: Range<Int>, _ body: @Sendable (_ lane: Lane, _ index: Int) throws -> Void
  ) throws {
    try Threads.inLanes(lanes.count, over: indices) { try body(lanes[$0], $1) }
  }
}

import OpSet
import Platform

/// Runs samples on one thread.
package protocol Lane: Sendable {
  /// The interpreters that it uses.
  var interpreters: [Interpreter] { get }
}

/// Lanes that run one model, each on a thread of its own, to run many samples at once.
package struct LanePool<Member: Lane>: Sendable {
  package let lanes: [Member]
  /// Bytes that each lane may use for copies of activations.
  package let room: Int

  /// Makes as many lanes as the options have threads, at most `most`, and fewer if their
  /// activations would take more than their share of the memory budget. `make` gets the options of
  /// an interpreter for one thread. That interpreter skips operators that it cannot run and shares
  /// packed constants with the others, so all must be of the same model.
  package init(
    _ options: Interpreter.Options, most: Int,
    make: @Sendable (Interpreter.Options) throws -> Member
  ) throws {
    var changed = options
    changed.threads = 1
    changed.skipsUnsupported = true
    changed.packed = PackedConstants()
    let single = changed
    let count = max(1, min(options.threads, most))
    let made = Mutex<[Int: Member]>([:])
    try Threads.inLanes(count, over: 0..<count) { _, index in
      let lane = try make(single)
      made.withLock { $0[index] = lane }
    }
    // Memory that no run has written to takes no room yet, so surplus lanes can be dropped now.
    let all = made.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
    let bytes = all[0].interpreters.reduce(0) { $0 + $1.arenaBytes }
    let budget = MemoryBudget(limit: min(options.maxMemory, MemoryBudget().bytes))
    lanes = Array(all.prefix(max(1, budget.lanes / max(bytes, 1))))
    room = budget.lanes / lanes.count
  }

  /// Calls `body` for each index on several threads; a lane has one index at a time. Throws the
  /// error of the first index that failed.
  package func forEach(
    _ indices: Range<Int>, _ body: @Sendable (_ lane: Member, _ index: Int) throws -> Void
  ) throws {
    try Threads.inLanes(lanes.count, over: indices) { try body(lanes[$0], $1) }
  }
}

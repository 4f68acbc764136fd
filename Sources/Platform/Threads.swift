#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The number of threads that work at once. Results never depend on it.
///
/// Dispatch is not used: on Linux it reads what its threads do from `/proc`, and ends the program
/// where that is missing.
package enum Threads {
  /// The cores that this process may use.
  package static let available = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Threads that may be started beside those that work: none inside of a step that has all cores.
  private static let spare = AtomicInteger(available - 1)

  /// Runs `body` for each index below `count`, on up to `limit` threads.
  package static func forEach(_ count: Int, limit: Int, _ body: @Sendable (Int) -> Void) {
    inLanes(min(limit, count)) { lane, lanes in
      for index in stride(from: lane, to: count, by: lanes) { body(index) }
    }
  }

  /// Runs `body` once for each of `limit` lanes, at least once, on as many threads as there are cores
  /// to spare.
  package static func inLanes(_ limit: Int, _ body: @Sendable (_ lane: Int, _ lanes: Int) -> Void) {
    let helpers = limit > 1 ? takeSpare(limit - 1) : 0
    defer { spare.add(helpers) }
    guard helpers > 0 else {
      for lane in 0..<max(1, limit) { body(lane, max(1, limit)) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let next = AtomicInteger(0)
      let takeLanes: @Sendable () -> Void = {
        while true {
          let lane = next.add(1)
          guard lane < limit else { return }
          body(lane, limit)
        }
      }
      let threads = (0..<helpers).compactMap { _ in SystemThread(takeLanes) }
      takeLanes()
      for thread in threads { thread.join() }
    }
  }

  /// Returns how many threads may be started, at most `most`; they must be given back.
  private static func takeSpare(_ most: Int) -> Int {
    var free = spare.load()
    while free > 0 {
      let taken = min(most, free)
      let (isTaken, found) = spare.compareExchange(expected: free, desired: free - taken)
      if isTaken { return taken }
      free = found
    }
    return 0
  }

  /// Runs `body` for each index of `range`, which the lanes take in turn, each with one index at a
  /// time; throws the error of the first index that failed.
  package static func inLanes(
    _ limit: Int, over range: Range<Int>,
    _ body: @Sendable (_ lane: Int, _ index: Int) throws -> Void
  ) throws {
    let next = AtomicInteger(range.lowerBound)
    let failed = Mutex<(index: Int, error: any Error)?>(nil)
    inLanes(limit) { lane, _ in
      while true {
        let index = next.add(1)
        guard index < range.upperBound else { return }
        do {
          try body(lane, index)
        } catch {
          return failed.withLock { first in
            if index < first?.index ?? Int.max { first = (index, error) }
          }
        }
      }
    }
    if let error = failed.withLock({ $0?.error }) { throw error }
  }

  /// Starts a thread that runs `body` and that nobody waits for.
  package static func detach(_ body: @escaping @Sendable () -> Void) {
    SystemThread(body)?.detach()
  }

  /// Runs `body` while another thread makes `value`.
  package static func making<Value: Sendable, Result>(
    _ value: @autoclosure @escaping @Sendable () -> Value, while body: () throws -> Result
  ) rethrows -> (Value, Result) {
    let result = Mutex<Value?>(nil)
    let thread = SystemThread {
      let made = value()
      result.withLock { $0 = made }
    }
    do {
      let other = try body()
      thread?.join()
      return (result.withLock { $0 } ?? value(), other)
    } catch {
      thread?.join()
      throw error
    }
  }
}

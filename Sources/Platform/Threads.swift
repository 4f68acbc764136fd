import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The number of threads that work at once. Results never depend on it.
package enum Threads {
  /// The cores that this process may use.
  package static var available: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Runs `body` for each index below `count`, on up to `limit` threads.
  package static func forEach(_ count: Int, limit: Int, _ body: @Sendable (Int) -> Void) {
    inLanes(min(limit, count)) { lane, lanes in
      for index in stride(from: lane, to: count, by: lanes) { body(index) }
    }
  }

  /// Runs `body` once on each of up to `limit` threads, at least once.
  package static func inLanes(_ limit: Int, _ body: @Sendable (_ lane: Int, _ lanes: Int) -> Void) {
    guard limit > 1 else { return body(0, 1) }
    DispatchQueue.concurrentPerform(iterations: limit) { body($0, limit) }
  }

  /// Runs `body` for each index of `range`, which the lanes take in turn, each with one index at a
  /// time; throws the error of the first index that failed.
  package static func inLanes(
    _ limit: Int, over range: Range<Int>,
    _ body: @Sendable (_ lane: Int, _ index: Int) throws -> Void
  ) throws {
    let next = Atomic<Int>(range.lowerBound)
    let failed = Mutex<(index: Int, error: any Error)?>(nil)
    inLanes(limit) { lane, _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
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
    let context = Unmanaged.passRetained(Body(run: body)).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
      let result = pthread_create(&thread, nil, { context in runBody(context) }, context)
      if result == 0 { pthread_detach(thread) }
    #else
      var thread: pthread_t?
      let result = pthread_create(&thread, nil, { context in runBody(context) }, context)
      if let thread { pthread_detach(thread) }
    #endif
    if result != 0 { Unmanaged<Body>.fromOpaque(context).release() }
  }

  /// Runs `body` while another thread makes `value`.
  package static func making<Value: Sendable, Result>(
    _ value: @autoclosure @escaping @Sendable () -> Value, while body: () throws -> Result
  ) rethrows -> (Value, Result) {
    let result = Made<Value>()
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      let made = value()
      result.content.withLock { $0 = made }
    }
    let other = try body()
    group.wait()
    guard let made = result.content.withLock({ $0 }) else { preconditionFailure("not made") }
    return (made, other)
  }

  private final class Made<Value: Sendable>: Sendable {
    let content = Mutex<Value?>(nil)
  }
}

private final class Body: Sendable {
  let run: @Sendable () -> Void

  init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads that stay ready between short parallel steps. One caller at a time.
///
/// A step starts in well under a microsecond on a lane that still spins, and nothing is allocated.
/// Lanes that the system has put aside are not waited for: the others take their tiles.
package final class WorkerPool: @unchecked Sendable {
  /// Threads, the caller's included.
  package let lanes: Int
  private var body: (_ tile: Int, _ lane: Int) -> Void = { _, _ in }
  private var tiles = 0
  private let next = AtomicInteger(0)
  /// Step number × 2^16 + 2^15 while the step is open + lanes inside it.
  private let state = AtomicInteger(0)
  private let sleepers = AtomicInteger(0)
  /// 1 once the threads must end.
  private let isStopping = AtomicInteger(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [SystemThread] = []

  private static let open = 1 << 15
  private static let step = 1 << 16
  /// Looks at the state before a lane sleeps: a few hundred microseconds.
  private static let patience = 200_000
  /// Looks at the state before the caller lets others have its core, on which the lane that it waits
  /// for may have to run.
  private static let selfishness = 10_000
  /// The greatest number of workers; more would overflow the count in `state`.
  private static let most = 1024

  package init(lanes: Int) {
    self.lanes = max(1, min(lanes, Self.most))
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
    for lane in 1..<self.lanes { start(lane) }
  }

  /// Ends the threads and waits for them.
  package func stop() {
    isStopping.store(1)
    wake()
    for thread in threads { thread.join() }
    threads = []
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  /// Calls `body` once for each tile, on all lanes, and returns when all calls have.
  package func run(tiles: Int, _ body: @escaping (_ tile: Int, _ lane: Int) -> Void) {
    guard tiles > 1, lanes > 1 else {
      for tile in 0..<tiles { body(tile, 0) }
      return
    }
    self.body = body
    self.tiles = tiles
    next.store(0)
    state.add(Self.step | Self.open)
    if sleepers.load() > 0 { wake() }
    takeTiles(lane: 0)
    var current = state.add(-Self.open) - Self.open
    var looks = 0
    while current & (Self.open - 1) != 0 {
      looks += 1
      if looks % Self.selfishness == 0 { sched_yield() }
      current = state.load()
    }
  }

  /// Between joining and leaving a step, or as its caller.
  private func takeTiles(lane: Int) {
    let body = body
    let tiles = tiles
    while true {
      let tile = next.add(1)
      guard tile < tiles else { return }
      body(tile, lane)
    }
  }

  private func start(_ lane: Int) {
    guard let thread = SystemThread({ self.work(lane) }) else { return }
    threads.append(thread)
  }

  private func work(_ lane: Int) {
    var seen = 0
    while true {
      guard let current = nextStep(after: seen) else { return }
      seen = current >> 16
      // Joining fails when the step has closed, or another lane has joined or left, in between.
      var expected = current
      while expected & Self.open != 0, expected >> 16 == seen {
        let (joined, found) = state.compareExchange(expected: expected, desired: expected + 1)
        if joined {
          takeTiles(lane: lane)
          state.add(-1)
          break
        }
        expected = found
      }
    }
  }

  /// Returns the state once a step later than `seen` began; nil when the pool stops.
  private func nextStep(after seen: Int) -> Int? {
    var looks = 0
    while true {
      let current = state.load()
      if current >> 16 != seen { return current }
      if isStopping.load() == 1 { return nil }
      looks += 1
      if looks > Self.patience { sleep(seen) }
    }
  }

  private func sleep(_ seen: Int) {
    pthread_mutex_lock(mutex)
    sleepers.add(1)
    while state.load() >> 16 == seen, isStopping.load() == 0 {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.add(-1)
    pthread_mutex_unlock(mutex)
  }

  private func wake() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

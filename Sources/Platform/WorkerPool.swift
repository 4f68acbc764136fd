import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
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
  private let next = Atomic<Int>(0)
  /// Step number × 2^16 + 2^15 while the step is open + lanes inside it.
  private let state = Atomic<UInt64>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [pthread_t] = []

  private static let open: UInt64 = 1 << 15
  private static let step: UInt64 = 1 << 16
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
    isStopping.store(true, ordering: .sequentiallyConsistent)
    wake()
    for thread in threads { pthread_join(thread, nil) }
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
    next.store(0, ordering: .relaxed)
    state.wrappingAdd(Self.step | Self.open, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
    takeTiles(lane: 0)
    var current = state.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing).newValue
    var looks = 0
    while current & (Self.open - 1) != 0 {
      looks += 1
      if looks % Self.selfishness == 0 { sched_yield() }
      current = state.load(ordering: .acquiring)
    }
  }

  /// Between joining and leaving a step, or as its caller.
  private func takeTiles(lane: Int) {
    let body = body
    let tiles = tiles
    while true {
      let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard tile < tiles else { return }
      body(tile, lane)
    }
  }

  private func start(_ lane: Int) {
    let context = Unmanaged.passRetained(Lane(pool: self, index: lane)).toOpaque()
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t? = nil
    #endif
    let result = pthread_create(&thread, nil, laneMain, context)
    guard result == 0 else { return Unmanaged<Lane>.fromOpaque(context).release() }
    #if canImport(Glibc)
      threads.append(thread)
    #else
      if let thread { threads.append(thread) }
    #endif
  }

  fileprivate func work(_ lane: Int) {
    var seen: UInt64 = 0
    while true {
      guard let current = nextStep(after: seen) else { return }
      seen = current >> 16
      // Joining fails when the step has closed, or another lane has joined or left, in between.
      var expected = current
      while expected & Self.open != 0, expected >> 16 == seen {
        let (joined, found) = state.compareExchange(
          expected: expected, desired: expected + 1, ordering: .acquiringAndReleasing)
        if joined {
          takeTiles(lane: lane)
          state.wrappingSubtract(1, ordering: .acquiringAndReleasing)
          break
        }
        expected = found
      }
    }
  }

  /// Returns the state once a step later than `seen` began; nil when the pool stops.
  private func nextStep(after seen: UInt64) -> UInt64? {
    var looks = 0
    while true {
      let current = state.load(ordering: .acquiring)
      if current >> 16 != seen { return current }
      if isStopping.load(ordering: .relaxed) { return nil }
      looks += 1
      if looks > Self.patience { sleep(seen) }
    }
  }

  private func sleep(_ seen: UInt64) {
    pthread_mutex_lock(mutex)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while state.load(ordering: .sequentiallyConsistent) >> 16 == seen,
      !isStopping.load(ordering: .sequentiallyConsistent)
    {
      pthread_cond_wait(condition, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  private func wake() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }
}

/// A thread's place in its pool, handed through `pthread_create`.
private final class Lane {
  let pool: WorkerPool
  let index: Int

  init(pool: WorkerPool, index: Int) {
    self.pool = pool
    self.index = index
  }
}

#if canImport(Glibc)
  private func laneMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    enterLane(context)
  }
#else
  private func laneMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    enterLane(context)
  }
#endif

private func enterLane(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let lane = Unmanaged<Lane>.fromOpaque(context).takeRetainedValue()
  lane.pool.work(lane.index)
  return nil
}

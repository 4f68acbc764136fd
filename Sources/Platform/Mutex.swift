#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A value that one thread at a time may use. Swift's Synchronization has the same for macOS 15.
package final class Mutex<Value>: @unchecked Sendable {
  @usableFromInline let lock = Lock()
  /// Only under the lock.
  @exclusivity(unchecked) @usableFromInline var value: Value

  package init(_ value: consuming sending Value) { self.value = value }

  @inlinable
  package func withLock<Result, Failure>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock.take()
    defer { lock.release() }
    return try body(&value)
  }

  /// Returns nil, without waiting, when another thread has the lock.
  @inlinable
  package func withLockIfAvailable<Result, Failure>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard lock.tryToTake() else { return nil }
    defer { lock.release() }
    return try body(&value)
  }
}

@usableFromInline
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  @usableFromInline func take() { pthread_mutex_lock(mutex) }

  /// Takes the lock if it is free; returns whether it was.
  @usableFromInline func tryToTake() -> Bool { pthread_mutex_trylock(mutex) == 0 }

  @usableFromInline func release() { pthread_mutex_unlock(mutex) }
}

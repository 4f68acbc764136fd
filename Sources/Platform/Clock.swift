#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Monotonic time in seconds.
package enum Clock {
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  package static func sleep(seconds: Double) { usleep(UInt32(seconds * 1e6)) }
}

/// When work that may end early must end: at a time, or once the user interrupts it.
package final class Deadline: Sendable {
  /// Work did not end in time.
  package struct Passed: Error {}

  private let end: Double
  /// 0 where interrupts end the process, 1 where they end work, 2 once one did.
  private static let interrupts = AtomicInteger(0)

  package init(in seconds: Double) { end = Clock.now() + seconds }

  package var isPassed: Bool { Self.isInterrupted || Clock.now() >= end }

  /// Throws `Passed` where work must end.
  package func check() throws {
    if isPassed { throw Passed() }
  }

  /// Lets the next SIGINT end work with a deadline, and not the process.
  package static func catchInterrupt() { interrupts.store(1) }

  package static var isInterrupted: Bool { interrupts.load() == 2 }

  /// Ends work that catches interrupts. Returns whether there is some, and nothing ended it before.
  static func interrupt() -> Bool {
    interrupts.compareExchange(expected: 1, desired: 2).isExchanged
  }
}

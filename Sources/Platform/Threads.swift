import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much runs at once. Results never depend on it.
public enum Threads {
  /// The cores that this process may use.
  public static var available: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Runs `body` for each index below `count`, on up to `limit` threads.
  public static func forEach(_ count: Int, limit: Int, _ body: @Sendable (Int) -> Void) {
    guard limit > 1, count > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    let lanes = min(limit, count)
    DispatchQueue.concurrentPerform(iterations: lanes) { lane in
      var index = lane
      while index < count {
        body(index)
        index += lanes
      }
    }
  }
}

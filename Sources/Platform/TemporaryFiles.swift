#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The unfinished files of this process, which go when a signal ends it.
package enum TemporaryFiles {
  private static let paths = Mutex<Set<String>>([])

  /// Makes a file with a new name beside `target`. Returns its path and its descriptor; nil, with
  /// `errno` set, if that fails.
  static func make(beside target: String) -> (path: String, descriptor: Int32)? {
    for _ in 0..<100 {
      let path = name(beside: target)
      add(path)
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor < 0 else { return (path, descriptor) }
      let code = errno
      forget(path)
      errno = code
      guard code == EEXIST else { return nil }
    }
    return nil
  }

  /// A file is known before it exists, so that no signal comes in between.
  package static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Leaves the file alone from now on.
  package static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// A random name: the number of a process is not unique, since it is 1 in every container.
  private static func name(beside target: String) -> String {
    let random = String(UInt64.random(in: 1 << 60...UInt64.max), radix: 36)
    let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
    // Names have 255 bytes at most.
    let stem = String(decoding: target[slash...].utf8.prefix(200), as: UTF8.self)
    return "\(target[..<slash])\(stem).tmp-\(random)"
  }

  /// Lets SIGINT, SIGTERM, SIGHUP and SIGPIPE remove the files and end the process with 128 + the
  /// signal; a SIGINT that work catches ends that instead.
  /// Must be called before there are other threads: they inherit that these signals are blocked, so
  /// that only the thread that waits for them gets them.
  package static func removeOnSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    if !isIgnored(SIGPIPE) {
      signal(SIGPIPE, SIG_IGN)
      endsAtBrokenPipe.withLock { $0 = true }
    }
    for signal in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(signal) { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let waited = signals
    Threads.detach {
      var waited = waited
      var signal: Int32 = 0
      repeat {
        while sigwait(&waited, &signal) != 0 {}
      } while signal == SIGINT && Deadline.interrupt()
      Terminal.abandonLine()
      end(by: signal)
    }
  }

  /// Whether nobody wants to know that a pipe has no reader.
  private static let endsAtBrokenPipe = Mutex(false)

  /// Ends the process as SIGPIPE would have, which goes to the thread that writes and so to no other
  /// one.
  static func pipeBroke() {
    guard endsAtBrokenPipe.withLock({ $0 }) else { return }
    end(by: SIGPIPE)
  }

  /// The lock stays taken: no file may appear any more.
  private static func end(by signal: Int32) -> Never {
    paths.withLock { paths in
      for path in paths { unlink(path) }
      _exit(128 + signal)
    }
  }

  /// `nohup` and shells without job control let their children ignore signals, which stays so.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    sigaction(signal, nil, &action)
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #elseif canImport(Musl)
      let handler = action.__sa_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == 1
  }
}

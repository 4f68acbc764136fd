import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, unbuffered.
package enum Streams {
  /// The error number of the first failed write to standard output; 0 for none.
  package static var outputFailure: Int32 { failure.withLock { $0 } }

  private static let failure = Mutex<Int32>(0)

  package static func output(_ text: String) {
    guard !write(text, to: STDOUT_FILENO) else { return }
    let code = errno
    failure.withLock { if $0 == 0 { $0 = code } }
  }

  package static func error(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Clears the line of progress.
  static func clearProgress() {}

  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}

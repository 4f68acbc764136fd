#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Standard output and standard error, unbuffered.
package enum Streams {
  /// The error number of the first failed write to standard output; 0 for none.
  package static var outputFailure: Int32 { failure.withLock { $0 } }

  private static let failure = Mutex<Int32>(0)

  package static func output(_ text: String) {
    let code = Terminal.writing { write(text, to: STDOUT_FILENO) ? 0 : errno }
    guard code != 0 else { return }
    failure.withLock { if $0 == 0 { $0 = code } }
  }

  package static func error(_ text: String) {
    Terminal.writing { _ = write(text, to: STDERR_FILENO) }
  }

  @discardableResult
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var text = text
    return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The terminal that people read, and one line of it that comes and goes.
package enum Terminal {
  private struct Line {
    var isShown = false
    var isOver = false
  }

  private static let line = Mutex(Line())
  /// Returns to the line's begin and clears it.
  private static let clearing = "\r\u{1B}[K"

  package static var hasOutput: Bool { isTerminal(STDOUT_FILENO) }
  package static var hasError: Bool { isTerminal(STDERR_FILENO) }

  private static func isTerminal(_ descriptor: Int32) -> Bool {
    let kind = FileSystem.environment("TERM") ?? ""
    return isatty(descriptor) == 1 && !kind.isEmpty && kind != "dumb"
  }

  /// The width of standard error.
  package static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Shows the line on standard error, in place of the one before; an empty one is no line.
  package static func show(_ text: String) {
    line.withLock { line in
      guard !line.isOver, line.isShown || !text.isEmpty else { return }
      Streams.write(clearing + text, to: STDERR_FILENO)
      line.isShown = !text.isEmpty
    }
  }

  /// Clears the line for good.
  package static func endLine() {
    line.withLock { line in
      clear(&line)
      line.isOver = true
    }
  }

  /// Clears the line while `body` writes to the terminal.
  static func writing<Result>(_ body: () -> Result) -> Result {
    line.withLock { line in
      clear(&line)
      return body()
    }
  }

  /// Clears the line before a signal ends the process. A terminal that takes nothing may hold the
  /// lock for ever.
  static func abandonLine() { _ = line.withLockIfAvailable { clear(&$0) } }

  private static func clear(_ line: inout Line) {
    guard line.isShown else { return }
    Streams.write(clearing, to: STDERR_FILENO)
    line.isShown = false
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, unbuffered.
public enum Streams {
  public static func output(_ text: String) { write(text, to: STDOUT_FILENO) }
  public static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  public static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  public static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        #if canImport(Glibc)
          let written = Glibc.write(
            descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        #else
          let written = Darwin.write(
            descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        #endif
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }
}

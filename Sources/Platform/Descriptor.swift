#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes all of `bytes` to a file descriptor; false, with `errno` set, when that fails.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var rest = bytes[...]
  while !rest.isEmpty {
    let written = write(
      descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if written < 0 && errno == EINTR { continue }
    if written < 0 && errno == EPIPE {
      TemporaryFiles.pipeBroke()
      errno = EPIPE
    }
    guard written > 0 else { return false }
    rest = rest.dropFirst(written)
  }
  return true
}

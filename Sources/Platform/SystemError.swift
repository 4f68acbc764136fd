#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A failed system call: which file, what was tried, and the system's words for why.
package struct SystemError: Error, Equatable, Sendable {
  package var path: String
  /// In the user's words, such as "cannot be read".
  package var action: String
  package var code: Int32

  package init(path: String, action: String, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// Such as "no such file or directory".
  package var reason: String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

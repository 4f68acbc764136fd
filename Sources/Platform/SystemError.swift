#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A failed system call: the file, the operation, and the system's reason.
package struct SystemError: Error, Equatable, Sendable {
  /// The operation that failed.
  package enum Action: Sendable {
    case read
    case map
    case write

    /// The failure in the user's words, such as "cannot be read".
    package var failureText: String {
      switch self {
      case .read: "cannot be read"
      case .map: "cannot be mapped"
      case .write: "cannot be written"
      }
    }
  }

  package var path: String
  package var action: Action
  package var code: Int32

  package init(path: String, action: Action, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// The system's reason, such as "no such file or directory".
  package var reason: String {
    let text = String(cString: strerror(code))
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A shared library that is used if the machine has it, found at run time.
package final class OptionalLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  /// Returns nil when none of `names` can be loaded. A static executable has a C library of its own,
  /// which the machine's libraries may not fit, so it loads none.
  package init?(names: [String]) {
    #if STATIC
      return nil
    #else
      guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
        return nil
      }
      self.handle = handle
    #endif
  }

  deinit { dlclose(handle) }

  /// Returns the function `name`, of the C type `type`.
  package func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    dlsym(handle, name).map { unsafeBitCast($0, to: type) }
  }
}

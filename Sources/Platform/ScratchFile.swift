#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file without a name, for bytes that are too many for memory; it goes when nothing maps it.
package final class ScratchFile {
  private let folder = FileSystem.temporaryFolder
  private let descriptor: Int32

  package init() throws(SystemError) {
    var name = Array("\(folder)/optimize-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw SystemError(path: folder, action: .write) }
    unlink(name)
  }

  deinit { close(descriptor) }

  /// Returns why the bytes could not be written, or nil.
  package func append(_ bytes: UnsafeRawBufferPointer) -> SystemError? {
    writeAll(bytes, to: descriptor) ? nil : SystemError(path: folder, action: .write)
  }

  /// Returns what was written so far; `path` names it.
  package func mapped(as path: String) throws(SystemError) -> MappedFile {
    try MappedFile(descriptor, path: path)
  }
}

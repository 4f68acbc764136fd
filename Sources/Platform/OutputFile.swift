#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name whole or not at all: written to a temporary file in the same
/// folder, synced, then renamed. A link is followed. `-` is standard output; it and what exists and is
/// no regular file (a pipe, a device) are written to directly.
package final class OutputFile: @unchecked Sendable {
  package let path: String
  /// The temporary file's path, or nil where there is none.
  package let temporaryPath: String?
  /// The path of the finished file.
  private let target: String
  private var descriptor: Int32
  private var isCommitted = false

  package init(path: String) throws(SystemError) {
    self.path = path
    guard path != "-" else {
      target = path
      temporaryPath = nil
      descriptor = STDOUT_FILENO
      return
    }
    target = FileSystem.canonical(path)
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      temporaryPath = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw SystemError(path: path, action: .write) }
      return
    }
    guard let temporary = TemporaryFiles.make(beside: target) else {
      let failure = SystemError(path: path, action: .write)
      (temporaryPath, descriptor, isCommitted) = (nil, -1, true)
      throw failure
    }
    (temporaryPath, descriptor) = temporary
  }

  deinit { discard() }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    guard writeAll(bytes, to: descriptor) else { throw failure() }
  }

  /// Writes at an absolute position, by any thread, in any order; not for standard output.
  package func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(SystemError) {
    var rest = bytes[...]
    var offset = position
    while !rest.isEmpty {
      let written = pwrite(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, off_t(offset))
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw SystemError(path: path, action: .write) }
      rest = rest.dropFirst(written)
      offset += written
    }
  }

  /// Waits until the data is on disk; any thread may call it.
  package func sync() throws(SystemError) {
    guard temporaryPath == nil || fsync(descriptor) == 0 else { throw failure() }
  }

  /// Syncs the data and gives the file its name. With `replacing` an existing file is overwritten
  /// and its permissions are kept; without, an existing one is an error.
  package func commit(replacing: Bool) throws(SystemError) {
    guard let temporaryPath else { return }
    var status = stat()
    if stat(target, &status) == 0 {
      guard replacing else {
        throw SystemError(path: path, action: .write, code: EEXIST)
      }
      fchmod(descriptor, status.st_mode & 0o7777)
    }
    try sync()
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw failure() }
    try replacing ? rename(temporaryPath) : link(temporaryPath)
    isCommitted = true
    TemporaryFiles.forget(temporaryPath)
    syncFolder()
  }

  private func rename(_ temporary: String) throws(SystemError) {
    guard renameFile(temporary, target) == 0 else { throw failure() }
  }

  /// Gives the file its name unless another one got it meanwhile.
  private func link(_ temporary: String) throws(SystemError) {
    if linkFile(temporary, target) == 0 {
      unlink(temporary)
    } else if errno == EEXIST {
      throw failure()
    } else {
      // Not every file system has links.
      try rename(temporary)
    }
  }

  /// Removes the temporary file; does nothing after `commit`.
  package func discard() {
    guard let temporaryPath, !isCommitted else { return }
    if descriptor >= 0 { close(descriptor) }
    unlink(temporaryPath)
    TemporaryFiles.forget(temporaryPath)
    isCommitted = true
  }

  private func failure() -> SystemError { SystemError(path: path, action: .write) }

  /// Makes the rename itself durable; not every file system can, so a failure is no error.
  private func syncFolder() {
    let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
    let handle = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { return }
    fsync(handle)
    close(handle)
  }
}

// Within the class these names are its own functions.

private func renameFile(_ old: String, _ new: String) -> Int32 { rename(old, new) }

private func linkFile(_ old: String, _ new: String) -> Int32 { link(old, new) }

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file's bytes in parts, by reading instead of mapping: for looking at each byte once.
package struct FileParts: ~Copyable {
  private let path: String
  private let descriptor: Int32

  package init(path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(path: path, action: .read) }
  }

  deinit { close(descriptor) }

  /// Fills `target` with the bytes from `position` on.
  package func read(
    at position: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(SystemError) {
    var filled = 0
    while filled < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
      let got = pread(descriptor, rest.baseAddress, rest.count, off_t(position + filled))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw SystemError(path: path, action: .read) }
      filled += got
    }
  }
}

/// A file's bytes, mapped read-only; standard input (`-`) is read into memory.
package final class MappedFile: @unchecked Sendable {
  package let path: String
  package let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool
  /// The file that this is a part of, and where the part begins in it.
  private let whole: (file: MappedFile, start: Int)?

  /// Throws `SystemError` for a path that is missing, a folder or unreadable.
  package convenience init(path: String) throws(SystemError) {
    guard path != "-" else {
      let bytes = try Self.readAll(STDIN_FILENO, "standard input")
      self.init(bytes, isMapped: false, path: path)
      return
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(path: path, action: .read) }
    defer { close(descriptor) }
    try self.init(descriptor, path: path)
  }

  /// Maps the file, or reads a pipe to its end; the descriptor stays the caller's.
  convenience init(_ descriptor: Int32, path: String) throws(SystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw SystemError(path: path, action: .read)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw SystemError(path: path, action: .read, code: EISDIR)
    }
    let count = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG else {
      self.init(try Self.readAll(descriptor, path), isMapped: false, path: path)
      return
    }
    guard count > 0 else {
      self.init(UnsafeRawBufferPointer(start: nil, count: 0), isMapped: false, path: path)
      return
    }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw SystemError(path: path, action: .map) }
    self.init(UnsafeRawBufferPointer(start: base, count: count), isMapped: true, path: path)
  }

  private init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool, path: String) {
    (self.bytes, self.isMapped, self.path) = (bytes, isMapped, path)
    whole = nil
  }

  /// A part of another file, which stays mapped as long as its part; `path` only names it.
  package init(_ range: Range<Int>, of file: MappedFile, as path: String) {
    self.path = path
    isMapped = false
    whole = (file, range.lowerBound)
    bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
  }

  /// A copy of bytes in memory; `path` only names it.
  package init(copying contents: [UInt8], as path: String) {
    self.path = path
    isMapped = false
    whole = nil
    let memory = malloc(max(contents.count, 1))
    bytes = UnsafeRawBufferPointer(start: memory, count: memory == nil ? 0 : contents.count)
    contents.withUnsafeBytes { source in
      if let memory, let base = source.baseAddress {
        memory.copyMemory(from: base, byteCount: source.count)
      }
    }
  }

  deinit {
    guard whole == nil, let base = bytes.baseAddress else { return }
    let memory = UnsafeMutableRawPointer(mutating: base)
    if isMapped { munmap(memory, bytes.count) } else { free(memory) }
  }

  /// Gives the pages inside `range` back to the system; they are read again when touched.
  package func release(_ range: Range<Int>) {
    if let whole {
      return whole.file.release(
        whole.start + range.lowerBound..<whole.start + min(range.upperBound, bytes.count))
    }
    guard isMapped, let base = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let first = (range.lowerBound + page - 1) / page * page
    let last = min(range.upperBound, bytes.count) / page * page
    guard last > first else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  /// Reads pipes and other files without a size to their end.
  private static func readAll(
    _ descriptor: Int32, _ path: String
  ) throws(SystemError) -> UnsafeRawBufferPointer {
    var capacity = 1 << 20
    var count = 0
    var memory = malloc(capacity)
    while let target = memory {
      let got = read(descriptor, target + count, capacity - count)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        free(target)
        throw SystemError(path: path, action: .read)
      }
      if got == 0 { return UnsafeRawBufferPointer(start: target, count: count) }
      count += got
      if count == capacity {
        capacity *= 2
        memory = realloc(target, capacity)
      }
    }
    throw SystemError(path: path, action: .read, code: ENOMEM)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few questions about paths that a command asks.
package enum FileSystem {
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether both paths lead to one file, through links too.
  package static func areSame(_ a: String, _ b: String) -> Bool {
    var first = stat()
    var second = stat()
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  /// Returns one spelling of a path: links and dots resolved, as far as it exists.
  package static func canonical(_ path: String) -> String {
    if let real = resolved(path) { return real }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, !name.isEmpty else { return path }
    let folder = parts.count == 1 ? "." : path.dropLast(name.count + 1)
    guard let real = resolved(folder.isEmpty ? "/" : String(folder)) else { return path }
    return real == "/" ? "/\(name)" : "\(real)/\(name)"
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether the path names a pipe, a device or another thing that is neither file nor folder.
  package static func isSpecial(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  /// A folder for files that go when the process is done.
  package static var temporaryFolder: String {
    let folder = environment("TMPDIR") ?? "/tmp"
    return folder.hasSuffix("/") ? String(folder.dropLast()) : folder
  }

  /// Makes the folder if it is not there; its parent must be.
  package static func makeFolder(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o777) != 0, !isFolder(path) else { return }
    throw SystemError(path: path, action: .write)
  }

  /// Returns why no file can be made beside `path`; nil if one can.
  package static func folderFault(for path: String) -> SystemError? {
    let real = canonical(path)
    let folder = real.lastIndex(of: "/").map { String(real[..<$0]) } ?? "."
    guard access(folder.isEmpty ? "/" : folder, W_OK | X_OK) != 0 else { return nil }
    return SystemError(path: path, action: .write)
  }

  /// Removes the folder if it is empty.
  package static func removeEmptyFolder(_ path: String) { rmdir(path) }

  package static func remove(_ path: String) { unlink(path) }

  /// Returns sorted names of a folder's entries; empty when it cannot be read.
  package static func names(in folder: String) -> [String] {
    guard let handle = opendir(folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { name in
          name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
  }

  package static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

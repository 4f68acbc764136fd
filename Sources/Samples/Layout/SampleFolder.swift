import Platform

/// The content of a folder, in natural order.
struct SampleFolder {
  let path: String
  /// Names of files that may be samples.
  private(set) var files: [String] = []
  private(set) var folders: [String] = []
  /// Paths of files that are not samples.
  private(set) var skipped: [String] = []

  init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = NaturalOrder.sorted(FileSystem.names(in: path)).map { name in
      (name, SampleFormat(name, inFolder: true).kind, FileSystem.isFolder(self.path(of: name)))
    }
    // A table beside other samples contains their labels.
    let hasOthers = names.contains { name, kind, isFolder in
      isFolder ? !name.hasPrefix(".") : kind != .beside && kind != .table
    }
    for (name, kind, isFolder) in names {
      if isFolder, !name.hasPrefix(".") {
        folders.append(name)
      } else if kind == .beside || kind == .table && hasOthers {
        skipped.append(self.path(of: name))
      } else {
        files.append(name)
      }
    }
  }

  func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// Throws for a folder without samples.
  func check() throws(SampleFault) {
    guard !files.isEmpty || !folders.isEmpty else {
      throw .noSamples(path: path, skipped: skipped)
    }
  }
}

import Platform

/// The samples of one path, and their positions among all.
struct SamplePart: Sendable {
  let path: String
  let layout: SampleLayout
  /// The position of the first sample.
  let start: Int

  var end: Int { start + layout.count }

  /// Returns the place of the sample at a position among all.
  func place(at position: Int) -> SamplePlace {
    switch layout {
    case .files(let samples):
      let sample = samples[position - start]
      return SamplePlace(sample.paths[0], in: path, className: sample.className)
    case .batch(let columns):
      return SamplePlace(columns[0].source(of: position - start), in: path, className: nil)
    }
  }

  /// Returns the files of the sample at a position among all.
  func sources(at position: Int) -> [String] {
    switch layout {
    case .files(let samples): samples[position - start].paths
    case .batch(let columns): columns.map { $0.source(of: position - start) }
    }
  }
}

/// The class of a sample, and the names by which lists of labels can name it.
struct SamplePlace {
  let className: String?
  /// The path in the given folder, the file's name, and that without its extension.
  let keys: [String]

  init(_ path: String, in root: String, className: String?) {
    self.className = className
    let folder = root.hasSuffix("/") ? root : root + "/"
    let name = FileName.name(path)
    let relative = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : name
    keys = [relative, name, FileName.stem(name)]
  }
}

/// The fault of all bad samples of a set, which is made once.
final class FoundFault: Sendable {
  private let fault = Mutex<SampleFault?>(nil)

  func known(_ find: () -> SampleFault) -> SampleFault {
    fault.withLock { fault in
      let found = fault ?? find()
      fault = found
      return found
    }
  }
}

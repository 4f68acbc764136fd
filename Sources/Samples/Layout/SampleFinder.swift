import Platform

/// Finds out how samples are laid out in a file or folder, without reading them.
struct SampleFinder {
  let inputs: [SampleInput]
  private(set) var skipped: [String] = []

  init(inputs: [SampleInput]) { self.inputs = inputs }

  mutating func layout(of path: String) throws(SampleFault) -> SampleLayout {
    guard FileSystem.isFolder(path) else { return .batch(try columns(path, for: inputs)) }
    let list = try self.list(path)
    if let file = list.files.first, let folder = list.folders.first {
      throw .mixedFolder(path: path, file: file, folder: folder)
    }
    return list.folders.isEmpty ? try files(list) : try folders(list)
  }

  // MARK: Batches

  private func columns(
    _ path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn] {
    let format = SampleFormat(ArrayPath(path).file, inFolder: false)
    return try even(format.reader.columns(of: path, for: inputs))
  }

  private func even(_ columns: [BatchColumn]) throws(SampleFault) -> [BatchColumn] {
    guard columns.allSatisfy({ $0.count == columns[0].count }) else {
      throw .unevenCounts(
        columns.map { .init(input: $0.input.name, source: $0.source, count: $0.count) })
    }
    return columns
  }

  // MARK: Files of a folder

  private func files(_ list: SampleFolder) throws(SampleFault) -> SampleLayout {
    // Files of formats that are not read are samples that fail.
    let areArchives = list.files.allSatisfy {
      [.archive, .unsupported].contains(SampleFormat($0, inFolder: true).kind)
    }
    guard inputs.count > 1, !areArchives else {
      return .files(list.files.map { SampleFiles(paths: [list.path(of: $0)]) })
    }
    let order = try InputNames.match(
      list.files.map(FileName.stem), to: inputs, in: list.path, extra: false)
    var columns: [BatchColumn] = []
    for (file, input) in zip(order, inputs) {
      columns += try self.columns(list.path(of: list.files[file]), for: [input])
    }
    return .batch(try even(columns))
  }

  // MARK: Folders of a folder

  private mutating func folders(_ list: SampleFolder) throws(SampleFault) -> SampleLayout {
    var folders: [SampleFolder] = []
    for name in list.folders { folders.append(try innerFolder(list.path(of: name))) }
    let first = folders[0].files.map(FileName.stem)
    if InputNames.areNamed(list.folders, after: inputs) {
      return try foldersOfInputs(folders, in: list)
    }
    let haveFileForEach = inputs.count > 1 && first.count == inputs.count
    if haveFileForEach || InputNames.areNamed(first, after: inputs) {
      return try foldersOfSamples(folders)
    }
    if inputs.count == 1 {
      return .files(
        zip(folders, list.folders).flatMap { folder, name in
          folder.files.map { SampleFiles(paths: [folder.path(of: $0)], className: name) }
        })
    }
    return folders.count == inputs.count
      ? try foldersOfInputs(folders, in: list) : try foldersOfSamples(folders)
  }

  private func foldersOfSamples(_ folders: [SampleFolder]) throws(SampleFault) -> SampleLayout {
    var samples: [SampleFiles] = []
    for folder in folders {
      let order = try InputNames.match(
        folder.files.map(FileName.stem), to: inputs, in: folder.path, extra: false)
      samples.append(SampleFiles(paths: order.map { folder.path(of: folder.files[$0]) }))
    }
    return .files(samples)
  }

  private func foldersOfInputs(
    _ all: [SampleFolder], in list: SampleFolder
  ) throws(SampleFault) -> SampleLayout {
    let order = try InputNames.match(list.folders, to: inputs, in: list.path, extra: false)
    let folders = order.map { all[$0] }
    let counts = zip(inputs, folders).map { input, folder in
      SampleFault.Count(input: input.name, source: folder.path, count: folder.files.count)
    }
    guard counts.allSatisfy({ $0.count == counts[0].count }) else { throw .unevenCounts(counts) }
    return .files(
      folders[0].files.indices.map { sample in
        SampleFiles(paths: folders.map { $0.path(of: $0.files[sample]) })
      })
  }

  private mutating func list(_ path: String) throws(SampleFault) -> SampleFolder {
    let folder = SampleFolder(path)
    skipped += folder.skipped
    try folder.check()
    return folder
  }

  /// Returns a folder inside the given one, which must have only files.
  private mutating func innerFolder(_ path: String) throws(SampleFault) -> SampleFolder {
    let folder = try list(path)
    if let name = folder.folders.first { throw .tooDeep(path: folder.path(of: name)) }
    return folder
  }
}

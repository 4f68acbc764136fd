import TFLite

/// npy and npz: `FILE.npz:ARRAY` has one array of an archive.
enum ArrayReader: SampleReader {
  static func arrays(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray] {
    let file = try ArrayFile(path: path)
    var arrays: [DenseArray] = []
    for (name, input) in zip(try names(of: file, for: inputs), inputs) {
      arrays.append(try file.array(named: name, for: input))
    }
    return arrays
  }

  static func columns(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn] {
    let file = try ArrayFile(path: path)
    var columns: [BatchColumn] = []
    for (name, input) in zip(try names(of: file, for: inputs), inputs) {
      columns.append(try column(of: file.stored(named: name), for: input))
    }
    return columns
  }

  /// The array must be a batch or one sample.
  private static func column(
    of array: StoredArray, for input: SampleInput
  ) throws(SampleFault) -> BatchColumn {
    let shape = array.header.shape
    let count = input.batchCount(of: shape)
    if count == nil { _ = try input.shape(accepting: shape, source: array.source) }
    try input.checkType(array.header.element.type, source: array.source)
    return BatchColumn(input, source: array.source, count: count) {
      index, source throws(SampleFault) in
      let found = count == nil ? try array.whole() : try array.part(index)
      return try input.convert(found, source: source)
    }
  }

  /// Returns the array of each input: by name, then by position; npy has the only one.
  private static func names(
    of file: ArrayFile, for inputs: [SampleInput]
  ) throws(SampleFault) -> [String] {
    // With a given name, or a single array in the file, the array need not have the input's name.
    if inputs.count == 1, file.names.count == 1 { return file.names }
    guard file.isArchive else {
      throw .oneForSeveral(source: file.path, inputs: inputs.map(\.name))
    }
    return try InputNames.match(file.names, to: inputs, in: file.path, extra: true)
      .map { file.names[$0] }
  }
}

extension ArrayFile {
  /// Opens an npy or npz file, as its name says.
  package init(path: String) throws(SampleFault) {
    let place = ArrayPath(path)
    let file = try SampleFile.open(place.file)
    switch SampleFormat(place.file, inFolder: false).kind {
    case .array: self.init(npy: file)
    case .archive: try self.init(npz: file, array: place.array)
    case .unsupported:
      throw .unsupportedKind(
        path: place.file, ForeignFormat(ending: FileName.ending(place.file)))
    case .raw, .beside, .image, .sound, .table: throw .noArrays(path: place.file)
    }
  }
}

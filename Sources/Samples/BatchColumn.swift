import Platform
import TFLite

/// All samples of one input in one file.
struct BatchColumn: Sendable {
  private enum Storage: Sendable {
    case array(StoredArray)
    /// Elements without a format.
    case raw(MappedFile)
    /// A line for each sample.
    case table(TableFile)
    /// A file that is one sample.
    case media(FileKind)
  }

  let input: SampleInput
  let source: String
  private(set) var count: Int
  /// Whether the first axis counts the samples; otherwise there is just one.
  private var isBatch: Bool
  private var storage: Storage

  /// The array must be a batch or one sample.
  init(_ array: StoredArray, for input: SampleInput) throws(SampleFault) {
    self.input = input
    source = array.source
    let shape = array.header.shape
    let batch = input.batchCount(of: shape)
    guard batch != nil || input.shape(fitting: shape) != nil else {
      throw .wrongShape(input, source: source, found: shape)
    }
    isBatch = batch != nil
    count = batch ?? 1
    storage = .array(array)
  }

  /// The file's size must be a multiple of a sample's.
  init(raw file: MappedFile, for input: SampleInput) throws(SampleFault) {
    self.input = input
    source = file.path
    let size = RawSample.byteCount(of: input)
    guard let size, size > 0, file.bytes.count % size == 0 else {
      throw .wrongByteCount(input, source: source, expected: size, found: file.bytes.count)
    }
    count = file.bytes.count / size
    isBatch = count > 1
    storage = .raw(file)
  }

  /// A table has a line for each sample, or is one; other media are.
  init(media path: String, _ kind: FileKind, for input: SampleInput) throws(SampleFault) {
    self.input = input
    source = path
    (count, isBatch, storage) = (1, false, .media(kind))
    guard kind == .table else { return }
    let table = try MediaSample.table(path)
    if input.shape(forCount: table.columns) != nil {
      (count, isBatch, storage) = (table.rows, table.rows > 1, .table(table))
    } else if input.shape(forCount: table.rows * table.columns) == nil {
      throw .wrongShape(input, source: path, found: [table.rows, table.columns])
    }
  }

  /// The file's kind where it is prepared.
  var preparedKind: FileKind? {
    if case .media(let kind) = storage { return kind }
    return nil
  }

  func source(of index: Int) -> String { isBatch ? "\(source)[\(index)]" : source }

  /// Reads the sample at `index`, which must be below `count`.
  func sample(at index: Int) throws(SampleFault) -> DenseArray {
    let source = source(of: index)
    switch storage {
    case .array(let array):
      let found = try isBatch ? array.part(index) : array.whole()
      return try input.convert(found, source: source)
    case .table(let table): return try MediaSample.row(index, of: table, for: input, source: source)
    case .media(let kind):
      guard let array = try MediaSample.array(self.source, kind, for: input) else {
        throw .unsupportedKind(path: self.source)
      }
      return array
    case .raw(let file):
      let size = file.bytes.count / count
      let range = index * size..<(index + 1) * size
      let array = RawSample.array(UnsafeRawBufferPointer(rebasing: file.bytes[range]), for: input)
      file.release(range)
      return try input.convert(array, source: source)
    }
  }
}

import Platform
import TFLite

/// All samples of one input in one file.
struct BatchColumn: Sendable {
  private enum Storage: Sendable {
    case array(StoredArray)
    /// Elements without a format.
    case raw(MappedFile)
  }

  let input: SampleInput
  let source: String
  let count: Int
  /// Whether the first axis counts the samples; otherwise there is just one.
  private let isBatch: Bool
  private let storage: Storage

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

  func source(of index: Int) -> String { isBatch ? "\(source)[\(index)]" : source }

  /// Reads the sample at `index`, which must be below `count`.
  func sample(at index: Int) throws(SampleFault) -> DenseArray {
    let source = source(of: index)
    switch storage {
    case .array(let array):
      let found = try isBatch ? array.part(index) : array.whole()
      return try input.convert(found, source: source)
    case .raw(let file):
      let size = file.bytes.count / count
      let range = index * size..<(index + 1) * size
      let array = RawSample.array(UnsafeRawBufferPointer(rebasing: file.bytes[range]), for: input)
      file.release(range)
      return try input.convert(array, source: source)
    }
  }
}

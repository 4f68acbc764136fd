import TFLite

/// All samples of one input in one file.
struct BatchColumn: Sendable {
  /// Reads the sample at an index; `source` names it in faults.
  typealias Read =
    @Sendable (_ index: Int, _ source: String) throws(SampleFault) -> DenseArray

  let input: SampleInput
  let source: String
  let count: Int
  /// Whether the file is one image, sound or table, which `Preprocessing` prepares.
  let isPrepared: Bool
  /// Whether the first axis counts the samples; otherwise there is only one sample.
  private let isBatch: Bool
  private let read: Read

  /// Without `count` the file is one sample.
  init(
    _ input: SampleInput, source: String, count: Int? = nil, isPrepared: Bool = false,
    read: @escaping Read
  ) {
    self.input = input
    self.source = source
    self.count = count ?? 1
    self.isPrepared = isPrepared
    isBatch = count != nil
    self.read = read
  }

  func source(of index: Int) -> String { isBatch ? "\(source)[\(index)]" : source }

  /// Reads the sample at `index`, which must be below `count`.
  func sample(at index: Int) throws(SampleFault) -> DenseArray {
    try read(index, source(of: index))
  }
}

import TFLite

/// The samples for a model in a file or folder, read one at a time in any order.
///
/// - a folder with a file for each sample: npy, raw bytes, or npz with an array for each input
/// - a folder with a folder for each sample, which has a file for each input
/// - a folder with a folder for each input, which has a file for each sample
/// - for a model with one input, a folder of folders, one for each class
/// - a file whose first axis counts the samples: npy, npz, `FILE.npz:ARRAY`, raw bytes; or, for
///   several inputs, a folder with such a file for each
///
/// Inputs are found by name, then by position; names are in natural order ("2" before "10").
/// Memory holds the sample that is read, and deflated arrays of a batch.
public struct SampleSet: Sendable {
  public let count: Int
  /// What lies in the folder but is no sample: hidden files, labels, descriptions.
  public let skipped: [String]
  private let inputs: [SampleInput]
  private let layout: SampleLayout

  /// With `maxSamples`, that many are chosen, evenly spread over all.
  public init(
    path: String, inputs: [SampleInput], maxSamples: Int? = nil
  ) throws(SampleFault) {
    guard !inputs.isEmpty else { throw .modelWithoutInputs }
    var finder = SampleFinder(inputs: inputs)
    layout = try finder.layout(of: path)
    skipped = finder.skipped
    self.inputs = inputs
    guard layout.count > 0 else { throw .noSamples(path: path, skipped: skipped) }
    count = min(layout.count, max(maxSamples ?? .max, 0))
  }

  /// Returns an array for each input, in the model's order, shape and type.
  public func sample(at index: Int) throws(SampleFault) -> [DenseArray] {
    guard (0..<count).contains(index) else { throw .noSample(index: index, count: count) }
    switch layout {
    case .files(let samples):
      return try samples[position(of: index)].read(for: inputs)
    case .batch(let columns):
      var arrays: [DenseArray] = []
      for column in columns { arrays.append(try column.sample(at: position(of: index))) }
      return arrays
    }
  }

  /// The files that the sample, which must exist, comes from; `FILE[INDEX]` for one of a batch.
  public func description(of index: Int) -> String {
    switch layout {
    case .files(let samples): samples[position(of: index)].paths.joined(separator: ", ")
    case .batch(let columns):
      columns.map { $0.source(of: position(of: index)) }.joined(separator: ", ")
    }
  }

  /// The middle of each of `count` equal parts.
  private func position(of index: Int) -> Int {
    count == layout.count ? index : (2 * index + 1) * layout.count / (2 * count)
  }
}

/// Where samples lie.
enum SampleLayout: Sendable {
  case files([SampleFiles])
  /// A column for each input, of equal counts.
  case batch([BatchColumn])

  var count: Int {
    switch self {
    case .files(let samples): samples.count
    case .batch(let columns): columns.first?.count ?? 0
    }
  }
}

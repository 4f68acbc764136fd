import TFLite

/// The files of one sample: one with every input, or one for each input.
struct SampleFiles: Sendable {
  let paths: [String]
  /// The name of the sample's folder, if folders are classes.
  var className: String?

  func read(for inputs: [SampleInput]) throws(SampleFault) -> [DenseArray] {
    if paths.count == 1, let path = paths.first { return try Self.read(path, for: inputs) }
    var arrays: [DenseArray] = []
    for (path, input) in zip(paths, inputs) { arrays += try Self.read(path, for: [input]) }
    return arrays
  }

  private static func read(
    _ path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray] {
    try SampleFormat(path, inFolder: false).reader.arrays(of: path, for: inputs)
  }
}

import TFLite

/// The files of one sample: one with every input, or one for each input.
struct SampleFiles: Sendable {
  let paths: [String]
  /// The folder that it lies in, where folders are classes.
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
    let kind = FileKind(path, inFolder: false)
    guard kind != .raw else { return [try raw(path, for: inputs)] }
    if kind.isPrepared {
      guard let input = inputs.first, inputs.count == 1 else {
        throw .oneForSeveral(source: path, inputs: inputs.map(\.name))
      }
      return [try MediaSample.array(path, kind, for: input)].compactMap(\.self)
    }
    let file = try ArrayFile(path: path)
    var arrays: [DenseArray] = []
    for (name, input) in zip(try file.names(for: inputs), inputs) {
      let array = try file.stored(named: name)
      arrays.append(try input.convert(array.whole(), source: array.source))
    }
    return arrays
  }

  private static func raw(
    _ path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> DenseArray {
    guard let input = inputs.first, inputs.count == 1 else {
      throw .oneForSeveral(source: path, inputs: inputs.map(\.name))
    }
    let file = try MediaSample.open(path)
    defer { withExtendedLifetime(file) {} }
    let size = RawSample.byteCount(of: input)
    guard size == file.bytes.count else {
      throw .wrongByteCount(input, source: path, expected: size, found: file.bytes.count)
    }
    return try input.convert(RawSample.array(file.bytes, for: input), source: path)
  }
}

import Platform
import TFLite

/// Reads files of one format as samples.
protocol SampleReader: SendableMetatype {
  /// Returns an array for each input from a file that is one sample.
  static func arrays(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray]

  /// Returns a column for each input from a file of one sample or many.
  static func columns(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn]
}

/// A format whose files are converted to values of one input, as options and metadata say.
protocol MediaReader: SampleReader {
  /// Returns the file's values for the input.
  static func array(
    of path: String, for input: SampleInput
  ) throws(SampleFault) -> DenseArray

  static func column(of path: String, for input: SampleInput) throws(SampleFault) -> BatchColumn

  /// Returns a sentence that says how files become values; nil if there is nothing to say.
  static func sentence(for input: SampleInput) throws(Unfit) -> String?
}

extension MediaReader {
  static func arrays(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray] {
    [try array(of: path, for: try SampleFile.only(inputs, source: path))]
  }

  static func columns(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn] {
    [try column(of: path, for: try SampleFile.only(inputs, source: path))]
  }

  static func column(of path: String, for input: SampleInput) throws(SampleFault) -> BatchColumn {
    BatchColumn(input, source: path, isPrepared: true) { _, _ throws(SampleFault) in
      try array(of: path, for: input)
    }
  }
}

/// The work that readers of all formats share: opening a file, and adding the file's name to
/// problems.
enum SampleFile {
  static func open(_ path: String) throws(SampleFault) -> MappedFile {
    do throws(SystemError) {
      return try MappedFile(path: path)
    } catch {
      throw .unreadable(error)
    }
  }

  /// Returns the only input. A file without names of inputs needs a model with one input.
  static func only(
    _ inputs: [SampleInput], source: String
  ) throws(SampleFault) -> SampleInput {
    guard let input = inputs.first, inputs.count == 1 else {
      throw .oneForSeveral(source: source, inputs: inputs.map(\.name))
    }
    return input
  }

  /// `bytes` are the file's, to recognize a file of another format than its name says.
  static func decoding<Result>(
    _ source: String, _ bytes: UnsafeRawBufferPointer? = nil,
    _ body: () throws(MediaProblem) -> Result
  ) throws(SampleFault) -> Result {
    do throws(MediaProblem) {
      return try body()
    } catch {
      if error.reason == .otherFormat, let format = bytes.flatMap(ForeignFormat.init(recognizing:))
      {
        throw .unsupportedKind(path: source, format)
      }
      throw .badMedia(source: source, error)
    }
  }

  static func preparing<Result>(
    _ source: String, for input: SampleInput, _ body: () throws(Unfit) -> Result
  ) throws(SampleFault) -> Result {
    do throws(Unfit) {
      return try body()
    } catch {
      throw .unfit(input, source: source, why: error)
    }
  }
}

/// Files of known formats that are not supported.
enum UnsupportedReader: SampleReader {
  static func arrays(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [DenseArray] {
    let file = try SampleFile.open(path)
    defer { withExtendedLifetime(file) {} }
    throw .unsupportedKind(
      path: path,
      ForeignFormat(recognizing: file.bytes) ?? ForeignFormat(ending: FileName.ending(path)))
  }

  static func columns(
    of path: String, for inputs: [SampleInput]
  ) throws(SampleFault) -> [BatchColumn] {
    _ = try arrays(of: path, for: inputs)
    return []
  }
}

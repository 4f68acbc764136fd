import TFLite

/// A file that is one sample of one input: an image, sound, or a table of numbers.
package enum MediaSample {
  /// Whether the ending of the file's name is that of an image, sound or table.
  package static func isMedia(_ path: String) -> Bool { reader(of: path) != nil }

  /// Reads the file and prepares it for the input.
  package static func array(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    guard let reader = reader(of: path) else { throw .noArrays(path: path) }
    return try reader.array(of: path, for: input)
  }

  /// Returns a sentence that says how the file becomes values; nil for tables.
  package static func preparation(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> String? {
    guard let reader = reader(of: path) else { return nil }
    return try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try reader.sentence(for: input)
    }
  }

  private static func reader(of path: String) -> (any MediaReader.Type)? {
    SampleFormat(path, inFolder: false).reader as? any MediaReader.Type
  }
}

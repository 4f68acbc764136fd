import TFLite

/// A file that is one sample of one input: an image, sound, a table of numbers, or raw bytes.
package enum InputFile {
  /// Whether the file has arrays, which have names, types and shapes of their own: npy or npz.
  package static func hasArrays(_ path: String) -> Bool {
    let kind = SampleFormat(ArrayPath(path).file, inFolder: false).kind
    return kind == .array || kind == .archive
  }

  /// Reads the file and prepares it for the input.
  package static func array(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    let arrays = try SampleFormat(path, inFolder: false).reader.arrays(of: path, for: [input])
    guard let array = arrays.first else { throw .noArrays(path: path) }
    return array
  }

  /// Returns a sentence that says how the file becomes values; nil if they are taken unchanged.
  package static func preparation(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> String? {
    guard let reader = SampleFormat(path, inFolder: false).reader as? any MediaReader.Type else {
      return RawReader.sentence(for: input)
    }
    return try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try reader.sentence(for: input)
    }
  }
}

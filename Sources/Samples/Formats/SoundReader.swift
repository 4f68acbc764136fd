import TFLite

/// Sound: WAV.
enum SoundReader: MediaReader {
  static func array(of path: String, for input: SampleInput) throws(SampleFault) -> DenseArray {
    let file = try SampleFile.open(path)
    defer { withExtendedLifetime(file) {} }
    let form = try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try SoundForm(input)
    }
    let sound = try SampleFile.decoding(path, file.bytes) { () throws(MediaProblem) in
      try Sound.decode(file.bytes, limit: form.needed(ofRate:))
    }
    let array = try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try form.array(of: sound, source: path)
    }
    // Floats in a file may be NaN.
    return try input.convert(array, source: path)
  }

  static func sentence(for input: SampleInput) throws(Unfit) -> String? {
    try SoundForm(input).sentence
  }
}

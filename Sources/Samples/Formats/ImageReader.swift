import TFLite

/// Images: PNG, JPEG, BMP and PPM, recognized by their first bytes.
enum ImageReader: MediaReader {
  static func array(of path: String, for input: SampleInput) throws(SampleFault) -> DenseArray {
    let file = try SampleFile.open(path)
    defer { withExtendedLifetime(file) {} }
    let form = try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try ImageForm(input)
    }
    let picture = try SampleFile.decoding(path, file.bytes) { () throws(MediaProblem) in
      try Picture.decode(file.bytes)
    }
    if picture.orientation != 1 { input.preparation.notes.add(.turned, path) }
    return try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try form.array(of: picture.upright())
    }
  }

  static func sentence(for input: SampleInput) throws(Unfit) -> String? {
    try ImageForm(input).sentence
  }
}

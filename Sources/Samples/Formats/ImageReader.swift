import TFLite

/// Images: PNG, JPEG, BMP and PPM, recognized by their first bytes.
enum ImageReader: MediaReader {
  static func array(of path: String, for input: SampleInput) throws(SampleFault) -> DenseArray {
    let file = try SampleFile.open(path)
    defer { withExtendedLifetime(file) {} }
    let form = try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try ImageForm(input)
    }
    let picture = try SampleFile.decoding(path) { () throws(MediaProblem) in
      try Picture.decode(file.bytes)
    }
    return try SampleFile.preparing(path, for: input) { () throws(Unfit) in
      try form.array(of: picture)
    }
  }

  static func sentence(for input: SampleInput) throws(Unfit) -> String? {
    try ImageForm(input).sentence
  }
}

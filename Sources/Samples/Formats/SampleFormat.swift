/// A file format of samples.
struct SampleFormat: Sendable {
  enum Kind {
    /// npy: one array.
    case array
    /// npz: several arrays, by name.
    case archive
    case image, sound
    /// Numbers as text, one row per line.
    case table
    /// Images, sound, video and archives of formats that are not read.
    case unsupported
    /// A file beside the samples: labels, descriptions, hidden files.
    case beside
    /// Anything else: the bytes of a tensor.
    case raw
  }

  let kind: Kind
  /// Endings of names, in lower case.
  let endings: [String]
  let reader: any SampleReader.Type

  private static let all: [SampleFormat] = [
    SampleFormat(.array, ["npy"], ArrayReader.self),
    SampleFormat(.archive, ["npz"], ArrayReader.self),
    SampleFormat(.table, ["csv"], TableReader.self),
    SampleFormat(.sound, ["wav", "wave"], SoundReader.self),
    SampleFormat(
      .image, ["png", "jpg", "jpeg", "jpe", "jfif", "bmp", "ppm", "pgm"], ImageReader.self),
    SampleFormat(
      .unsupported,
      ForeignFormat.all.flatMap(\.endings) + ["h5", "hdf5", "tfrecord", "parquet", "zip"],
      UnsupportedReader.self),
    beside,
  ]

  private static let beside = SampleFormat(
    .beside,
    [
      "db", "html", "ini", "ipynb", "json", "labels", "log", "md", "pdf", "py", "rst", "tflite",
      "tsv", "txt", "xml", "yaml", "yml",
    ], RawReader.self)

  private static let raw = SampleFormat(.raw, [], RawReader.self)

  private init(_ kind: Kind, _ endings: [String], _ reader: any SampleReader.Type) {
    self.kind = kind
    self.endings = endings
    self.reader = reader
  }

  /// The format of a file, by its name. In a folder, labels and hidden files are not samples; a
  /// file that is given by itself always is one.
  init(_ path: String, inFolder: Bool) {
    let name = FileName.name(path)
    let isBeside = name.hasPrefix(".") || ["license", "readme"].contains(name.lowercased())
    let ending = FileName.ending(path)
    let format = Self.all.first { $0.endings.contains(ending) } ?? Self.raw
    switch format.kind {
    case _ where name.hasPrefix(".") && inFolder: self = Self.beside
    case .raw: self = isBeside && inFolder ? Self.beside : Self.raw
    case .beside: self = inFolder ? format : Self.raw
    default: self = format
    }
  }
}

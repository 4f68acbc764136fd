/// What a file's name tells of its contents.
enum FileKind {
  case npy, npz
  /// What becomes an array by the input's preparation.
  case image, sound
  /// Numbers as text, a row each line.
  case table
  /// Images, sound and archives of kinds that are not read.
  case unsupported
  /// What lies beside samples: labels, descriptions, hidden files.
  case notSample
  /// Anything else: the bytes of a tensor.
  case raw

  private static let images = ["png", "jpg", "jpeg", "bmp", "ppm", "pgm"]
  private static let others = [
    "gif", "tif", "tiff", "webp", "heic", "avif", "mp3", "flac", "ogg", "m4a", "h5", "hdf5",
    "tfrecord", "parquet", "zip",
  ]
  private static let beside = [
    "db", "html", "ini", "ipynb", "json", "labels", "log", "md", "pdf", "py", "rst", "tflite",
    "tsv", "txt", "xml", "yaml", "yml",
  ]

  /// `inFolder`: what is not a sample there was meant as one where it is given by itself.
  init(_ path: String, inFolder: Bool) {
    let name = Self.name(path)
    let hasExtension = Self.stem(name).utf8.count < name.utf8.count
    let end = hasExtension ? name.split(separator: ".").last?.lowercased() ?? "" : ""
    switch end {
    case _ where name.hasPrefix(".") && inFolder: self = .notSample
    case "npy": self = .npy
    case "npz": self = .npz
    case "csv": self = .table
    case "wav", "wave": self = .sound
    case _ where Self.images.contains(end): self = .image
    case _ where Self.others.contains(end): self = .unsupported
    case _ where Self.beside.contains(end) && inFolder: self = .notSample
    case _ where ["license", "readme"].contains(name.lowercased()) && inFolder: self = .notSample
    default: self = .raw
    }
  }

  /// Whether a file becomes an input by the input's preparation.
  var isPrepared: Bool { [.image, .sound, .table].contains(self) }

  /// The last component of a path.
  static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A file's name without its last extension.
  static func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}

/// What a file's name tells of its contents.
enum FileKind {
  case npy, npz
  /// Images, sound and tables, which must become arrays first.
  case unsupported
  /// What lies beside samples: labels, descriptions, hidden files.
  case notSample
  /// Anything else: the bytes of a tensor.
  case raw

  private static let media = ["png", "jpg", "jpeg", "bmp", "ppm", "pgm", "wav"]
  private static let beside = [
    "db", "html", "ini", "ipynb", "json", "labels", "log", "md", "pdf", "py", "rst", "tflite",
    "tsv", "txt", "xml", "yaml", "yml",
  ]

  /// `inFolder`: a table given by itself was meant as samples, one in a folder holds labels.
  init(_ path: String, inFolder: Bool) {
    let name = Self.name(path)
    let hasExtension = Self.stem(name).utf8.count < name.utf8.count
    let end = hasExtension ? name.split(separator: ".").last?.lowercased() ?? "" : ""
    switch end {
    case _ where name.hasPrefix(".") && inFolder: self = .notSample
    case "npy": self = .npy
    case "npz": self = .npz
    case "csv": self = inFolder ? .notSample : .unsupported
    case _ where Self.media.contains(end): self = .unsupported
    case _ where Self.beside.contains(end) && inFolder: self = .notSample
    case _ where ["license", "readme"].contains(name.lowercased()) && inFolder: self = .notSample
    default: self = .raw
    }
  }

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

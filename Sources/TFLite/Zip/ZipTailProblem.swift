/// The reason why the end of a file is not a ZIP archive that can be moved.
package enum ZipTailProblem: Error, Equatable, Sendable {
  /// No end record whose comment reaches exactly to the end of the file.
  case noEndRecord
  /// 64-bit sizes or offsets.
  case zip64
  /// Parts of the archive are on other disks.
  case multipleDisks
  /// The central directory does not lie directly before the end record.
  case directoryOutOfBounds
  /// A record of the central directory is cut off or has no signature, or their number is wrong.
  case badDirectory(entry: Int)
  /// An entry is encrypted, or neither stored nor deflated.
  case unsupportedMethod(entry: Int)
  /// No local header of that name at the entry's offset.
  case badLocalHeader(entry: Int)
  /// The entry's data reaches into the next entry or the central directory.
  case overlap(entry: Int)

  /// The number of the entry that it is about.
  var entry: Int? {
    switch self {
    case .noEndRecord, .zip64, .multipleDisks, .directoryOutOfBounds: nil
    case .badDirectory(let entry), .unsupportedMethod(let entry), .badLocalHeader(let entry),
      .overlap(let entry):
      entry
    }
  }
}

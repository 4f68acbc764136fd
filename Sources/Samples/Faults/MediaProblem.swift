/// The reason why a file cannot be read as an image, sound or table, and the place in the file.
package struct MediaProblem: Error, Equatable, Sendable {
  package enum Format: String, Sendable {
    case png = "PNG image"
    case jpeg = "JPEG image"
    case bmp = "BMP image"
    case netpbm = "PPM image"
    case wav = "WAV file"
    case csv = "CSV table"
    /// An image whose first bytes fit none of the supported formats.
    case image = "PNG, JPEG, BMP or PPM image"
  }

  package enum Reason: Equatable, Sendable {
    /// The file does not begin like one of this format.
    case otherFormat
    /// The file ends where more must follow.
    case cutOff(String)
    /// The file is damaged; the text is a clause: "chunk 'IDAT' has a wrong checksum".
    case corrupt(String)
    /// The file uses something unsupported; the text is a noun: "arithmetic coding".
    case unsupported(String)
    /// The image has more pixels than are supported.
    case tooLarge(width: Int, height: Int)
  }

  package var format: Format
  package var reason: Reason
  /// The position in the file, in bytes.
  package var offset: Int
}

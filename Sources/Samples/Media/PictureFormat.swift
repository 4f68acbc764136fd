/// A supported image format, recognized by a file's first bytes; the file's name does not count.
struct PictureFormat: Sendable {
  let signature: [UInt8]
  let decode: @Sendable (UnsafeRawBufferPointer) throws(MediaProblem) -> Picture

  static let all: [PictureFormat] = [
    PictureFormat(signature: [0x89, 0x50], decode: PngDecoder.decode),
    PictureFormat(signature: [0xFF, 0xD8], decode: JpegDecoder.decode),
    PictureFormat(signature: Array("BM".utf8), decode: BmpDecoder.decode),
    PictureFormat(signature: Array("P".utf8), decode: NetpbmDecoder.decode),
  ]
}

extension Picture {
  /// Returns the image in a file of any format of `PictureFormat.all`, as it is stored.
  static func decode(_ bytes: UnsafeRawBufferPointer) throws(MediaProblem) -> Picture {
    guard let format = PictureFormat.all.first(where: { bytes.starts(with: $0.signature) }) else {
      throw MediaProblem(format: .image, reason: .otherFormat, offset: 0)
    }
    return try format.decode(bytes)
  }
}

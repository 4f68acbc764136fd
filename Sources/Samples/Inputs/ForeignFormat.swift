import Platform

/// A format of images, sound or video that is not read, and the program that converts it.
package struct ForeignFormat: Equatable, Sendable {
  private enum Program: Equatable, Sendable {
    case ffmpeg(options: String, ending: String)
    case heifConvert
  }

  /// With its article: "a WebP image".
  package let name: String
  let endings: [String]
  private let program: Program
  /// Bytes that files begin with, and where; any of them.
  private let signatures: [Signature]

  private struct Signature: Equatable, Sendable {
    let bytes: [UInt8]
    let offset: Int

    init(_ text: String, at offset: Int = 0) { self.init(Array(text.utf8), at: offset) }

    init(_ bytes: [UInt8], at offset: Int = 0) { (self.bytes, self.offset) = (bytes, offset) }
  }

  private init(
    _ name: String, _ endings: [String], _ program: Program, _ signatures: [Signature]
  ) {
    self.name = name
    self.endings = endings
    self.program = program
    self.signatures = signatures
  }

  private static let image = Program.ffmpeg(options: "", ending: "png")
  private static let first = Program.ffmpeg(options: "-frames:v 1 ", ending: "png")
  private static let sound = Program.ffmpeg(options: "", ending: "wav")

  private static func brands(_ names: String...) -> [Signature] {
    names.map { Signature("ftyp\($0)", at: 4) }
  }

  static let all: [ForeignFormat] = [
    .init("a WebP image", ["webp"], image, [.init("WEBP", at: 8)]),
    .init("a GIF image", ["gif"], first, [.init("GIF8")]),
    .init("a TIFF image", ["tif", "tiff"], image, [.init("II*\0"), .init("MM\0*")]),
    .init("an AVIF image", ["avif"], image, brands("avif", "avis")),
    .init(
      "a HEIC image", ["heic", "heif"], .heifConvert,
      brands("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1")),
    .init("a JPEG XL image", ["jxl"], image, [.init([0xFF, 0x0A]), .init("JXL ", at: 4)]),
    .init("a JPEG 2000 image", ["jp2"], image, [.init("jP  ", at: 4)]),
    .init("a FLAC sound", ["flac"], sound, [.init("fLaC")]),
    .init("an Ogg sound", ["ogg", "oga", "opus"], sound, [.init("OggS")]),
    .init("an AIFF sound", ["aif", "aiff"], sound, [.init("AIFF", at: 8), .init("AIFC", at: 8)]),
    .init("an MPEG-4 sound", ["m4a", "aac"], sound, brands("M4A ") + [.init([0xFF, 0xF1])]),
    .init(
      "an MP3 sound", ["mp3"], sound,
      [.init("ID3"), .init([0xFF, 0xFB]), .init([0xFF, 0xF3]), .init([0xFF, 0xF2])]),
    // Sound has the same first bytes.
    .init("a video", ["mp4", "mov", "avi", "mkv", "webm"], first, []),
  ]

  /// The format that the ending of a file's name tells.
  init?(ending: String) {
    guard let known = Self.all.first(where: { $0.endings.contains(ending) }) else { return nil }
    self = known
  }

  /// The format that a file's first bytes tell.
  init?(recognizing bytes: UnsafeRawBufferPointer) {
    let known = Self.all.first { format in
      format.signatures.contains { bytes.dropFirst($0.offset).starts(with: $0.bytes) }
    }
    guard let known else { return nil }
    self = known
  }

  /// Returns the command that converts a file, for a shell.
  package func command(for path: String) -> String {
    switch program {
    case .ffmpeg(let options, let ending): Self.ffmpeg(path, options, ending: ending)
    case .heifConvert:
      "heif-convert \(Self.quoted(path)) \(Self.quoted(Self.target(path, ending: "png")))"
    }
  }

  /// Returns the command that converts an image, or sound, of a kind that its format has but that is
  /// not read.
  static func command(forRare path: String, isSound: Bool) -> String {
    isSound
      ? ffmpeg(path, "-c:a pcm_s16le ", ending: "wav") : ffmpeg(path, "", ending: "png")
  }

  private static func ffmpeg(_ path: String, _ options: String, ending: String) -> String {
    "ffmpeg -i \(quoted(path)) \(options)\(quoted(target(path, ending: ending)))"
  }

  /// Returns the path of the converted file. One that is named like the file would be read and
  /// written at once.
  private static func target(_ path: String, ending: String) -> String {
    let name = FileName.name(path)
    let stem = String(path.dropLast(name.count)) + FileName.stem(name)
    return FileName.ending(path) == ending ? "\(stem).new.\(ending)" : "\(stem).\(ending)"
  }

  /// Returns a word that a shell takes as it is.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      let scalar = Unicode.Scalar(byte)
      return byte >= 0x80 || scalar.properties.isAlphabetic || (0x30...0x39).contains(byte)
        || "/._-+@%".unicodeScalars.contains(scalar)
    }
    let word = word.hasPrefix("-") ? "./\(word)" : word
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}

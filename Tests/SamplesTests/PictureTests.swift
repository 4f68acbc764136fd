import Foundation
import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// Oracle: Pillow, with libjpeg-turbo behind it, decoded the same files and turned them by their EXIF
/// data (`Tools/record-media.py`).
@Suite struct PictureTests {
  @Test(arguments: ["png.bin", "bmp.bin", "ppm.bin", "jpeg.bin", "jpeg-cmyk.bin", "turned.bin"])
  func `pictures are decoded exactly`(vectors: String) throws {
    let records = try Recorded.records(vectors, fields: 4)
    #expect(records.count > 10)
    for record in records {
      let name = String(decoding: record[0], as: UTF8.self)
      let picture = try decode(record[1])
      let shape = [picture.height, picture.width, picture.channels]
      // Pillow gives alpha where it was asked for; a palette without it has three channels.
      #expect(shape == Vectors.shape(record[2]), "\(name)")
      let worst = zip(picture.pixels, record[3]).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst == 0, "\(name) differs by \(worst)")
    }
  }

  @Test(arguments: ["png.bin", "bmp.bin", "jpeg.bin", "jpeg-cmyk.bin"])
  func `every prefix of a file is refused in words`(vectors: String) throws {
    for record in try Recorded.records(vectors, fields: 4).prefix(12) {
      let file = record[1]
      // Of a bitmap the padding of its last row may be missing.
      for count in 0..<file.count - 3 {
        #expect(throws: MediaProblem.self, "\(String(decoding: record[0], as: UTF8.self)) \(count)")
        {
          try decode(Array(file.prefix(count)))
        }
      }
    }
  }

  @Test(arguments: ["png.bin", "bmp.bin", "ppm.bin", "jpeg.bin", "jpeg-cmyk.bin", "turned.bin"])
  func `broken files are decoded or refused`(vectors: String) throws {
    var generator = SeededRandom(seed: 2024)
    for record in try Recorded.records(vectors, fields: 4) {
      for _ in 0..<60 {
        var file = record[1]
        generator.mutate(&file)
        if vectors == "png.bin", generator.below(4) > 0 { PngChecksums.repair(&file) }
        if let picture = try? decode(file) {
          #expect(picture.pixels.count == picture.width * picture.height * picture.channels)
        }
      }
    }
  }

  @Test func `sizes beyond reason are refused before memory is taken`() throws {
    var png = try Recorded.records("png.bin", fields: 4)[0][1]
    png.replaceSubrange(16..<24, with: [0x00, 0x01, 0, 0, 0, 0, 0x01, 0])
    PngChecksums.repair(&png)
    let cut = try #require(problem(png))
    #expect(cut.reason == .cutOff("its pixels"))
    png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    PngChecksums.repair(&png)
    #expect(
      problem(png)?.text.hasPrefix("is a PNG image of 2147483647 × 2147483647 pixels") == true)
    #expect(
      problem(Array("P5 70000 70000 255 ".utf8))?.reason == .tooLarge(width: 70000, height: 70000))
    #expect(
      problem(Array("P5 9000 9000 255 ".utf8))?.text
        == "is cut off: the PPM image ends in its pixels (byte 17)")
  }

  @Test func `broken EXIF data turn nothing`() throws {
    let file = try #require(
      try Recorded.records("turned.bin", fields: 4).first { $0[0].elementsEqual("JPEG 6>3".utf8) })
    let stored = try file[1].withUnsafeBytes { try Picture.decode($0) }
    #expect(stored.orientation == 6 && stored.width == 13)
    #expect(stored.upright().width == 7)
    let exif = try #require(file[1].firstRange(of: Array("Exif\0\0".utf8))).upperBound
    // The directory's place, the tag's type, and a value that does not exist.
    for (place, byte) in [(exif + 4, 0xFF), (exif + 25, 4), (exif + 31, 9)] as [(Int, UInt8)] {
      var broken = file[1]
      broken[place] = byte
      let picture = try broken.withUnsafeBytes { try Picture.decode($0) }
      #expect(picture == Picture(width: 13, height: 7, channels: 3, pixels: stored.pixels))
    }
  }

  @Test func `problems say what and where`() throws {
    var arithmetic = try Recorded.records("jpeg.bin", fields: 4)[0][1]
    let frame = try #require(
      arithmetic.indices.dropLast().first { arithmetic[$0...$0 + 1].elementsEqual([0xFF, 0xC0]) })
    arithmetic[frame + 1] = 0xC9
    #expect(
      problem(arithmetic)?.text == "is a JPEG image with arithmetic coding, which is not supported")
    #expect(
      problem(Array("hello".utf8))?.text
        == "is not a PNG, JPEG, BMP or PPM image: it does not begin like one")
    #expect(problem([])?.reason == .otherFormat)
    var png = try Recorded.records("png.bin", fields: 4)[0][1]
    png[20] ^= 1
    #expect(problem(png)?.text == "is corrupt: chunk 'IHDR' has a wrong checksum (byte 8)")
    #expect(problem(Array("P4 1 1 1".utf8))?.reason == .unsupported("format P4"))
  }

  private func decode(_ file: [UInt8]) throws -> Picture {
    try file.withUnsafeBytes { try Picture.decode($0).upright() }
  }

  private func problem(_ file: [UInt8]) -> MediaProblem? {
    do {
      _ = try decode(file)
      return nil
    } catch {
      return error as? MediaProblem
    }
  }
}

/// Makes the checksums of a broken PNG file right, so that what is behind them is reached.
enum PngChecksums {
  static func repair(_ file: inout [UInt8]) {
    var position = 8
    while position + 12 <= file.count {
      let size = file[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = position + 8 + size
      guard end + 4 <= file.count else { return }
      let checksum = Archive.checksum(Array(file[position + 4..<end]))
      for byte in 0..<4 {
        file[end + byte] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * byte))
      }
      position = end + 4
    }
  }
}

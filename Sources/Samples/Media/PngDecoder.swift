import Compression

/// Decodes PNG: all color types and depths, interlaced or not. Of 16-bit samples the high byte is
/// kept.
///
/// Source: PNG specification, third edition (W3C).
enum PngDecoder {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func decode(_ bytes: UnsafeRawBufferPointer) throws(MediaProblem) -> Picture {
    var cursor = ByteCursor(bytes, .png, part: "its signature")
    guard bytes.prefix(8).elementsEqual(signature.prefix(bytes.count)) else {
      throw cursor.problem(.otherFormat)
    }
    try cursor.skip(8)
    let (header, data) = try chunks(&cursor)
    let passes = PngPass.all(of: header)
    let size = passes.reduce(0) { $0 + $1.byteCount }
    // Deflate expands a byte to at most 1032, so the file's size bounds memory.
    guard size / 1032 <= data.count else {
      throw cursor.problem(.cutOff("its pixels"), at: bytes.count)
    }
    var rows = try inflate(data, size: size, cursor)
    var picture = try PngRows(header: header, passes: passes, cursor: cursor).picture(&rows)
    picture.orientation = header.orientation
    return picture
  }

  // MARK: Chunks

  private static func chunks(
    _ cursor: inout ByteCursor
  ) throws(MediaProblem) -> (PngHeader, [UInt8]) {
    var header: PngHeader?
    var data: [UInt8] = []
    while true {
      let start = cursor.position
      cursor.part = "a chunk's header"
      let size = try cursor.big32()
      let name = String(decoding: try cursor.take(4), as: UTF8.self)
      cursor.part = "chunk '\(name)'"
      let contents = try cursor.take(size)
      let checksum = try cursor.big32()
      let checked = UnsafeRawBufferPointer(rebasing: cursor.bytes[start + 4..<start + 8 + size])
      guard CRC32.checksum(of: checked) == checksum else {
        throw cursor.problem(.corrupt("chunk '\(name)' has a wrong checksum"), at: start)
      }
      guard var known = header else {
        guard name == "IHDR", size == 13 else {
          throw cursor.problem(.corrupt("its first chunk is not 'IHDR'"), at: start)
        }
        var inner = ByteCursor(contents, .png, part: "chunk 'IHDR'")
        header = try PngHeader(&inner)
        continue
      }
      switch name {
      case "IEND":
        guard known.color != .palette || known.paletteCount > 0 else {
          throw cursor.problem(.corrupt("it has no palette"), at: start)
        }
        return (known, data)
      case "IDAT": data += contents
      case "PLTE": try known.readPalette(contents, cursor)
      case "eXIf": known.orientation = ExifOrientation.value(in: contents) ?? 1
      case "tRNS": try known.readTransparency(contents, cursor)
      case _ where name.utf8.first.map { $0 & 0x20 == 0 } ?? true:
        throw cursor.problem(.corrupt("its chunk '\(name)' is unknown"), at: start)
      default: break
      }
      header = known
    }
  }

  // MARK: Pixels

  /// Decompresses a zlib stream (RFC 1950) of exactly `size` bytes.
  private static func inflate(
    _ data: [UInt8], size: Int, _ cursor: ByteCursor
  ) throws(MediaProblem) -> [UInt8] {
    guard data.count >= 6 else { throw cursor.problem(.cutOff("its pixels")) }
    let head = Int(data[0]) << 8 | Int(data[1])
    guard head % 31 == 0, head >> 8 & 15 == 8, head & 0x20 == 0 else {
      throw cursor.corrupt("its pixels are not a zlib stream")
    }
    let result: (bytes: [UInt8], consumed: Int)
    do throws(InflateError) {
      result = try data.withUnsafeBufferPointer { (data) throws(InflateError) in
        let stream = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: data[2...]))
        return try Inflate.decompressPrefix(of: stream, maxOutput: size)
      }
    } catch {
      throw switch error {
      case .truncated: cursor.problem(.cutOff("its pixels"))
      case .outputLimit: cursor.corrupt("it has more pixels than its size says")
      default: cursor.corrupt("its compressed pixels are broken")
      }
    }
    guard result.bytes.count == size, data.count >= result.consumed + 6 else {
      throw cursor.problem(.cutOff("its pixels"))
    }
    let stored = data[(result.consumed + 2)...].prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard adler(result.bytes) == stored else {
      throw cursor.corrupt("its pixels have a wrong checksum")
    }
    return result.bytes
  }

  /// Returns the checksum of RFC 1950; the sums must be reduced after 5552 bytes.
  private static func adler(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { bytes in
      var (a, b): (UInt32, UInt32) = (1, 0)
      var start = 0
      while start < bytes.count {
        let end = min(start + 5552, bytes.count)
        for index in start..<end {
          a &+= UInt32(bytes[index])
          b &+= a
        }
        (a, b, start) = (a % 65521, b % 65521, end)
      }
      return b << 16 | a
    }
  }
}

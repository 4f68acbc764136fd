/// Decodes Windows bitmaps: 1, 4 and 8 bits with a palette, 8 bits run-length coded, 16 and 32 bits
/// in any layout of their channels, 24 bits; rows from the bottom or the top.
///
/// Source: Microsoft, "Bitmap Storage" and BITMAPV5HEADER.
enum BmpDecoder {
  static func decode(_ bytes: UnsafeRawBufferPointer) throws(MediaProblem) -> Picture {
    var cursor = ByteCursor(bytes, .bmp, part: "its header")
    guard bytes.prefix(2).elementsEqual([0x42, 0x4D]) else { throw cursor.problem(.otherFormat) }
    let header = try BmpHeader(&cursor)
    if header.compression == .runs8 { return try BmpRuns.decode(header, &cursor) }
    let stride = (header.width * header.bits + 31) / 32 * 4
    let rowBytes = (header.width * header.bits + 7) / 8
    cursor.part = "its pixels"
    try cursor.seek(header.dataOffset)
    // The last row needs no padding.
    let data = try cursor.take(stride * (header.height - 1) + rowBytes)
    let channels = header.channels
    let count = header.width * header.height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      guard let target = target.baseAddress, let data = data.baseAddress else { return }
      for y in 0..<header.height {
        let row = header.isTopDown ? y : header.height - 1 - y
        let source = (data + row * stride).assumingMemoryBound(to: UInt8.self)
        expand(source, header, into: target + y * header.width * channels)
      }
      filled = count
    }
    return Picture(
      width: header.width, height: header.height, channels: channels, pixels: pixels)
  }

  private static func expand(
    _ row: UnsafePointer<UInt8>, _ header: BmpHeader, into target: UnsafeMutablePointer<UInt8>
  ) {
    switch header.bits {
    case 24:
      for x in 0..<header.width {
        for channel in 0..<3 { target[3 &* x &+ channel] = row[3 &* x &+ 2 &- channel] }
      }
    case 16, 32:
      let size = header.bits / 8
      for x in 0..<header.width {
        var word: UInt32 = 0
        for byte in 0..<size { word |= UInt32(row[x &* size &+ byte]) << UInt32(8 &* byte) }
        for (channel, mask) in header.masks.enumerated() {
          target[x &* header.channels &+ channel] = mask.value(of: word)
        }
      }
    default:
      let mask = 1 << header.bits - 1
      for x in 0..<header.width {
        let bit = x &* header.bits
        let entry = Int(row[bit >> 3]) >> (8 &- header.bits &- bit & 7) & mask
        for channel in 0..<3 { target[3 &* x &+ channel] = header.palette[3 &* entry &+ channel] }
      }
    }
  }
}

/// The header of a bitmap.
struct BmpHeader {
  enum Compression { case none, runs8 }

  /// The bits of a channel in a pixel's word.
  struct Mask {
    let shift: UInt32
    let most: UInt32

    /// Returns nil for bits that are not side by side.
    init?(_ bits: UInt32) {
      shift = UInt32(bits.trailingZeroBitCount & 31)
      most = bits >> shift
      guard most & (most &+ 1) == 0 else { return nil }
    }

    /// Returns the value scaled to eight bits.
    func value(of word: UInt32) -> UInt8 {
      guard most != 255 else { return UInt8(truncatingIfNeeded: word >> shift) }
      return UInt8(truncatingIfNeeded: UInt64(word >> shift & most) * 255 / UInt64(max(most, 1)))
    }
  }

  let dataOffset: Int
  let width: Int
  let height: Int
  let isTopDown: Bool
  let bits: Int
  let compression: Compression
  /// The bit masks of red, green, blue and, if there is one, alpha; for 16 and 32 bits per pixel.
  let masks: [Mask]
  /// RGB for each of 256 entries, black where the file has none.
  let palette: [UInt8]

  var channels: Int { masks.count == 4 ? 4 : 3 }

  init(_ cursor: inout ByteCursor) throws(MediaProblem) {
    try cursor.skip(10)
    dataOffset = try cursor.little32()
    let start = cursor.position
    let size = try cursor.little32()
    guard size == 12 || size >= 40 else { throw cursor.corrupt("its header has \(size) bytes") }
    let isCore = size == 12
    width = isCore ? try cursor.little16() : try cursor.little32()
    let rows = isCore ? try cursor.little16() : try cursor.little32()
    isTopDown = rows > Int(Int32.max)
    height = isTopDown ? (1 << 32) - rows : rows
    try Picture.check(width: width, height: height, cursor)
    try cursor.skip(2)
    bits = try cursor.little16()
    let method = isCore ? 0 : try cursor.little32()
    try cursor.skip(isCore ? 0 : 12)
    let used = isCore ? 0 : try cursor.little32()
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      throw cursor.problem(.unsupported("\(bits) bits for each pixel"))
    }
    switch (method, bits) {
    case (0, _): compression = .none
    case (1, 8): compression = .runs8
    case (3, 16), (3, 32), (6, 16), (6, 32): compression = .none
    default: throw cursor.problem(.unsupported("compression \(method) of \(bits) bits"))
    }
    masks = try Self.masks(&cursor, start, size: size, method: method, bits: bits)
    palette = try Self.palette(&cursor, start + size, isCore, bits: bits, used, dataOffset)
  }

  private static func masks(
    _ cursor: inout ByteCursor, _ start: Int, size: Int, method: Int, bits: Int
  ) throws(MediaProblem) -> [Mask] {
    guard bits == 16 || bits == 32 else { return [] }
    var words: [UInt32] = bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF0000, 0xFF00, 0xFF]
    if method != 0 {
      // The masks follow the first 40-byte header and are part of larger headers.
      try cursor.seek(start + 40)
      let hasAlpha = size >= 56 || method == 6
      for index in 0..<(hasAlpha ? 4 : 3) {
        let word = UInt32(truncatingIfNeeded: try cursor.little32())
        if index < 3 { words[index] = word } else if word != 0 { words.append(word) }
      }
    }
    let masks = words.compactMap(Mask.init)
    guard masks.count == words.count else { throw cursor.corrupt("its channels overlap") }
    return masks
  }

  private static func palette(
    _ cursor: inout ByteCursor, _ start: Int, _ isCore: Bool, bits: Int, _ used: Int, _ end: Int
  ) throws(MediaProblem) -> [UInt8] {
    guard bits <= 8 else { return [] }
    var palette = [UInt8](repeating: 0, count: 768)
    let entry = isCore ? 3 : 4
    let most = used == 0 ? 1 << bits : min(used, 1 << bits)
    try cursor.seek(start)
    cursor.part = "its palette"
    for index in 0..<min(most, max(0, end - start) / entry) {
      let color = try cursor.take(entry)
      for channel in 0..<3 { palette[3 * index + channel] = color[2 - channel] }
    }
    return palette
  }
}

/// The run-length code of bitmaps with eight bits for each pixel.
private enum BmpRuns {
  static func decode(
    _ header: BmpHeader, _ cursor: inout ByteCursor
  ) throws(MediaProblem) -> Picture {
    cursor.part = "its pixels"
    try cursor.seek(header.dataOffset)
    // Two bytes encode at most 255 pixels.
    guard header.width * header.height / 128 <= cursor.remaining else {
      throw cursor.problem(.cutOff("its pixels"), at: cursor.bytes.count)
    }
    var indices = [UInt8](repeating: 0, count: header.width * header.height)
    var (x, y) = (0, 0)
    func put(_ value: UInt8, _ cursor: ByteCursor) throws(MediaProblem) {
      guard x < header.width, y < header.height else {
        throw cursor.corrupt("a run leaves the image")
      }
      indices[(header.isTopDown ? y : header.height - 1 - y) * header.width + x] = value
      x += 1
    }
    reading: while y < header.height {
      let count = try cursor.byte()
      let value = try cursor.byte()
      switch (count, value) {
      case (0, 0): (x, y) = (0, y + 1)
      case (0, 1): break reading
      case (0, 2): (x, y) = (x + (try cursor.byte()), y + (try cursor.byte()))
      case (0, _):
        for byte in try cursor.take(value) { try put(byte, cursor) }
        try cursor.skip(value & 1)
      default: for _ in 0..<count { try put(UInt8(value), cursor) }
      }
    }
    let pixels = indices.flatMap { index in (0..<3).map { header.palette[3 * Int(index) + $0] } }
    return Picture(width: header.width, height: header.height, channels: 3, pixels: pixels)
  }
}

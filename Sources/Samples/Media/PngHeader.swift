/// The chunks of a PNG image before its pixels. Source: PNG specification, third edition, 11.
struct PngHeader {
  enum Color: Int {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgbAlpha = 6

    var channels: Int {
      switch self {
      case .gray, .palette: 1
      case .grayAlpha: 2
      case .rgb: 3
      case .rgbAlpha: 4
      }
    }

    var depths: [Int] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      default: [8, 16]
      }
    }
  }

  let width: Int
  let height: Int
  let depth: Int
  let color: Color
  let isInterlaced: Bool
  /// 256 entries of four bytes, opaque black where the file has none.
  var palette = [UInt8](repeating: 0, count: 1024)
  var paletteCount = 0
  /// Whether the palette has alpha.
  var hasPaletteAlpha = false
  /// The gray value, or the three color values, that are transparent.
  var transparent: [Int]?
  /// How the pixels are stored, as EXIF counts it.
  var orientation = 1

  /// `cursor` is at the beginning of the IHDR chunk's contents.
  init(_ cursor: inout ByteCursor) throws(MediaProblem) {
    width = try cursor.big32()
    height = try cursor.big32()
    depth = try cursor.byte()
    let type = try cursor.byte()
    guard let color = Color(rawValue: type), color.depths.contains(depth) else {
      throw cursor.corrupt("color type \(type) with \(depth) bits does not exist")
    }
    self.color = color
    let methods = (try cursor.byte(), try cursor.byte())
    guard methods == (0, 0) else { throw cursor.corrupt("its compression method is unknown") }
    let interlace = try cursor.byte()
    guard interlace <= 1 else { throw cursor.corrupt("its interlace method is unknown") }
    isInterlaced = interlace == 1
    try Picture.check(width: width, height: height, cursor)
    for index in 0..<256 { palette[4 * index + 3] = 255 }
  }

  /// Channels of the decoded picture.
  var channels: Int {
    switch color {
    case .palette: hasPaletteAlpha ? 4 : 3
    case .gray, .rgb: color.channels + (transparent == nil ? 0 : 1)
    default: color.channels
    }
  }

  var bitsPerPixel: Int { depth * color.channels }

  mutating func readPalette(
    _ bytes: UnsafeRawBufferPointer, _ cursor: ByteCursor
  ) throws(MediaProblem) {
    guard bytes.count % 3 == 0, bytes.count <= 768, !bytes.isEmpty else {
      throw cursor.corrupt("its palette has \(bytes.count) bytes")
    }
    paletteCount = bytes.count / 3
    for index in bytes.indices { palette[index / 3 * 4 + index % 3] = bytes[index] }
  }

  mutating func readTransparency(
    _ bytes: UnsafeRawBufferPointer, _ cursor: ByteCursor
  ) throws(MediaProblem) {
    switch color {
    case .palette:
      guard bytes.count <= paletteCount else {
        throw cursor.corrupt("its transparency has more entries than its palette")
      }
      hasPaletteAlpha = true
      for index in bytes.indices { palette[4 * index + 3] = bytes[index] }
    case .gray, .rgb:
      guard bytes.count == 2 * color.channels else {
        throw cursor.corrupt("its transparency has \(bytes.count) bytes")
      }
      transparent = (0..<color.channels).map { Int(bytes[2 * $0]) << 8 | Int(bytes[2 * $0 + 1]) }
    default: throw cursor.corrupt("it has alpha and transparency")
    }
  }
}

/// The orientation in the EXIF data of an image: how the camera was held.
///
/// Source: Exif 2.3, 4.6.4; TIFF 6.0, section 2.
enum ExifOrientation {
  private static let tag = 0x0112
  /// The values: 1 is upright, the others are turned or mirrored.
  private static let values = 1...8

  /// Returns the orientation in a JPEG's segment APP1, whose data begin with "Exif"; nil if there is
  /// none.
  static func value(inSegment bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count > 6, bytes.prefix(6).elementsEqual("Exif\0\0".utf8) else { return nil }
    return value(in: UnsafeRawBufferPointer(rebasing: bytes[6...]))
  }

  /// Returns the orientation in a TIFF header and the directory that it points to. Data that are
  /// broken have none: an image that can be decoded is not refused for its notes.
  static func value(in bytes: UnsafeRawBufferPointer) -> Int? {
    let isLittle = bytes.prefix(4).elementsEqual([0x49, 0x49, 42, 0])
    guard isLittle || bytes.prefix(4).elementsEqual([0x4D, 0x4D, 0, 42]) else { return nil }
    func number(_ position: Int, _ count: Int) -> Int? {
      guard position >= 0, position <= bytes.count - count else { return nil }
      let digits = bytes[position..<position + count]
      return (isLittle ? Array(digits.reversed()) : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let position = directory + 2 + 12 * entry
      guard let found = number(position, 2) else { return nil }
      guard found == tag else { continue }
      // A SHORT stands in the first two of the value's four bytes.
      guard number(position + 2, 2) == 3, let value = number(position + 8, 2) else { return nil }
      return values.contains(value) ? value : nil
    }
    return nil
  }
}

extension Picture {
  /// Returns the picture as it was seen: turned and mirrored by its orientation.
  func upright() -> Picture {
    guard orientation != 1 else { return self }
    let isOnSide = orientation > 4
    let (newWidth, newHeight) = isOnSide ? (height, width) : (width, height)
    // Steps in the stored pixels for a step to the right and down, and the first pixel.
    let (right, down): (Int, Int) =
      switch orientation {
      case 2: (-1, width)
      case 3: (-1, -width)
      case 4: (1, -width)
      case 5: (width, 1)
      case 6: (-width, 1)
      case 7: (-width, -1)
      case 8: (width, -1)
      default: (1, width)
      }
    let first = (right < 0 ? -right * (newWidth - 1) : 0) + (down < 0 ? -down * (newHeight - 1) : 0)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, filled in
      pixels.withUnsafeBufferPointer { pixels in
        var place = 0
        for y in 0..<newHeight {
          var source = (first + y * down) * channels
          for _ in 0..<newWidth {
            for channel in 0..<channels { target[place &+ channel] = pixels[source &+ channel] }
            place &+= channels
            source &+= right &* channels
          }
        }
      }
      filled = pixels.count
    }
    return Picture(width: newWidth, height: newHeight, channels: channels, pixels: turned)
  }
}

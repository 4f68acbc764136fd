/// Decodes PGM and PPM images, as text (P2, P3) or bytes (P5, P6); samples are scaled to eight bits.
///
/// Source: netpbm, pgm(5) and ppm(5).
enum NetpbmDecoder {
  static func decode(_ bytes: UnsafeRawBufferPointer) throws(MediaProblem) -> Picture {
    var cursor = ByteCursor(bytes, .netpbm, part: "its header")
    try cursor.skip(1)
    let kind = try cursor.byte() - Int(UInt8(ascii: "0"))
    guard (1...7).contains(kind) else { throw cursor.problem(.otherFormat, at: 0) }
    guard [2, 3, 5, 6].contains(kind) else {
      throw cursor.problem(.unsupported("format P\(kind)"))
    }
    let width = try number(&cursor, comments: true)
    let height = try number(&cursor, comments: true)
    let most = try number(&cursor, comments: true)
    try Picture.check(width: width, height: height, cursor)
    guard (1...65535).contains(most) else {
      throw cursor.corrupt("its greatest sample is \(most), not from 1 to 65535")
    }
    let channels = kind % 3 == 0 ? 3 : 1
    let count = width * height * channels
    cursor.part = "its pixels"
    let pixels =
      kind < 4 ? try text(&cursor, count, most) : try binary(&cursor, count, most)
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }

  private static func binary(
    _ cursor: inout ByteCursor, _ count: Int, _ most: Int
  ) throws(MediaProblem) -> [UInt8] {
    // One byte of white space ends the header; `number` has consumed it.
    try cursor.skip(1)
    let data = try cursor.take(most > 255 ? 2 * count : count)
    guard most != 255 else { return [UInt8](data) }
    let scaled = table(most)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    for index in 0..<count {
      let value =
        most > 255 ? Int(data[2 * index]) << 8 | Int(data[2 * index + 1]) : Int(data[index])
      guard value <= most else { throw cursor.corrupt("a sample is \(value), the most is \(most)") }
      pixels.append(scaled[value])
    }
    return pixels
  }

  private static func text(
    _ cursor: inout ByteCursor, _ count: Int, _ most: Int
  ) throws(MediaProblem) -> [UInt8] {
    // A sample takes at least a digit and, except for the last, white space.
    guard count <= cursor.remaining else {
      throw cursor.problem(.cutOff("its pixels"), at: cursor.bytes.count)
    }
    let scaled = table(most)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    for _ in 0..<count {
      let value = try number(&cursor, comments: false)
      guard value <= most else { throw cursor.corrupt("a sample is \(value), the most is \(most)") }
      pixels.append(scaled[value])
    }
    return pixels
  }

  private static func table(_ most: Int) -> [UInt8] {
    (0...most).map { UInt8((Double($0) / Double(most) * 255).rounded(.toNearestOrEven)) }
  }

  /// Returns a decimal number after required white space, without taking the byte after it.
  private static func number(
    _ cursor: inout ByteCursor, comments: Bool
  ) throws(MediaProblem) -> Int {
    while true {
      let next = try peek(cursor)
      if next == UInt8(ascii: "#"), comments {
        while try cursor.byte() != 10 {}
      } else if [9, 10, 11, 12, 13, 32].contains(next) {
        try cursor.skip(1)
      } else {
        break
      }
    }
    var value = 0
    var digits = 0
    while cursor.remaining > 0, let digit = try digit(cursor) {
      value = value * 10 + digit
      digits += 1
      guard digits < 10 else { throw cursor.corrupt("a number is too large") }
      try cursor.skip(1)
    }
    guard digits > 0 else { throw cursor.corrupt("there is no number") }
    return value
  }

  private static func digit(_ cursor: ByteCursor) throws(MediaProblem) -> Int? {
    let byte = try peek(cursor)
    return (48...57).contains(byte) ? Int(byte) - 48 : nil
  }

  private static func peek(_ cursor: ByteCursor) throws(MediaProblem) -> UInt8 {
    guard cursor.remaining > 0 else {
      throw cursor.problem(.cutOff(cursor.part), at: cursor.bytes.count)
    }
    return cursor.bytes[cursor.position]
  }
}

/// Sound as a WAV file holds it, from −1 to 1.
struct Sound: Equatable, Sendable {
  /// Samples a second.
  let rate: Int
  let channels: Int
  /// The values of the channels, interleaved.
  let values: [Float]

  private enum Format {
    case unsigned8
    case signed(bytes: Int)
    case float32, float64
  }

  /// Decodes PCM of 8, 16, 24 and 32 bits and floats; of each channel at most as many values as
  /// `limit` gives for the rate.
  ///
  /// Source: Microsoft, "Multiple Channel Audio Data and WAVE Files".
  static func decode(
    _ bytes: UnsafeRawBufferPointer, limit: (_ rate: Int) -> Int = { _ in .max }
  ) throws(MediaProblem) -> Sound {
    var cursor = ByteCursor(bytes, .wav, part: "its header")
    let isRIFF = bytes.prefix(4).elementsEqual("RIFF".utf8)
    guard isRIFF, bytes.dropFirst(8).prefix(4).elementsEqual("WAVE".utf8) else {
      throw cursor.problem(.otherFormat)
    }
    try cursor.skip(12)
    var header: (format: Format, rate: Int, channels: Int, frameBytes: Int)?
    while true {
      cursor.part = "a chunk's header"
      let start = cursor.position
      let name = String(decoding: try cursor.take(4), as: UTF8.self)
      let size = try cursor.little32()
      cursor.part = "chunk '\(name)'"
      if name == "fmt " {
        var inner = ByteCursor(try cursor.take(size), .wav, part: "chunk 'fmt '")
        header = try self.header(&inner)
      } else if name == "data" {
        guard let header else {
          throw cursor.problem(.corrupt("no chunk 'fmt ' comes before 'data'"), at: start)
        }
        // Programs that write to a pipe do not know the size in advance.
        let data = try cursor.take(size == Int(UInt32.max) ? cursor.remaining : size)
        let frames = min(data.count / header.frameBytes, limit(header.rate))
        return Sound(
          rate: header.rate, channels: header.channels,
          values: values(data, header.format, frames * header.channels))
      } else {
        try cursor.skip(size)
      }
      // Chunks begin at even positions.
      if size & 1 == 1, cursor.remaining > 0 { try cursor.skip(1) }
    }
  }

  private static func header(
    _ cursor: inout ByteCursor
  ) throws(MediaProblem) -> (format: Format, rate: Int, channels: Int, frameBytes: Int) {
    var tag = try cursor.little16()
    let channels = try cursor.little16()
    let rate = try cursor.little32()
    try cursor.skip(4)
    let frameBytes = try cursor.little16()
    let bits = try cursor.little16()
    if tag == 0xFFFE {
      try cursor.skip(8)
      tag = try cursor.little16()
    }
    let format: Format
    switch (tag, bits) {
    case (1, 8): format = .unsigned8
    case (1, 16), (1, 24), (1, 32): format = .signed(bytes: bits / 8)
    case (3, 32): format = .float32
    case (3, 64): format = .float64
    default: throw cursor.problem(.unsupported("format \(tag) of \(bits) bits"))
    }
    guard channels > 0, frameBytes == channels * bits / 8 else {
      throw cursor.corrupt("\(channels) channels of \(bits) bits do not take \(frameBytes) bytes")
    }
    return (format, rate, channels, frameBytes)
  }

  private static func values(
    _ data: UnsafeRawBufferPointer, _ format: Format, _ count: Int
  ) -> [Float] {
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ place: Int, _: T.Type) -> T {
      T(littleEndian: data.loadUnaligned(fromByteOffset: place, as: T.self))
    }
    return (0..<count).map { index in
      switch format {
      case .unsigned8: return (Float(data[index]) - 128) / 128
      case .signed(2): return Float(load(2 * index, Int16.self)) / 32768
      case .signed(3):
        let high = Int32(load(3 * index + 1, Int16.self))
        return Float(high << 8 | Int32(data[3 * index])) / 8_388_608
      case .signed: return Float(load(4 * index, Int32.self)) / 2_147_483_648
      case .float32: return Float(bitPattern: load(4 * index, UInt32.self))
      case .float64: return Float(Double(bitPattern: load(8 * index, UInt64.self)))
      }
    }
  }
}

/// Reads a file from front to back. Reading past its end throws a problem with the place.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  let format: MediaProblem.Format
  private(set) var position = 0
  /// The part of the file that is being read, for problems.
  var part: String

  init(_ bytes: UnsafeRawBufferPointer, _ format: MediaProblem.Format, part: String) {
    self.bytes = bytes
    self.format = format
    self.part = part
  }

  var remaining: Int { bytes.count - position }

  func problem(_ reason: MediaProblem.Reason, at offset: Int? = nil) -> MediaProblem {
    MediaProblem(format: format, reason: reason, offset: offset ?? position)
  }

  func corrupt(_ what: String) -> MediaProblem { problem(.corrupt(what)) }

  mutating func take(_ count: Int) throws(MediaProblem) -> UnsafeRawBufferPointer {
    guard count >= 0, count <= remaining else {
      throw problem(.cutOff(part), at: bytes.count)
    }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws(MediaProblem) { _ = try take(count) }

  mutating func seek(_ target: Int) throws(MediaProblem) {
    guard target >= 0, target <= bytes.count else { throw problem(.cutOff(part), at: bytes.count) }
    position = target
  }

  mutating func byte() throws(MediaProblem) -> Int { Int(try take(1)[0]) }

  mutating func big16() throws(MediaProblem) -> Int {
    let bytes = try take(2)
    return Int(bytes[0]) << 8 | Int(bytes[1])
  }

  mutating func big32() throws(MediaProblem) -> Int { try big16() << 16 | big16() }

  mutating func little16() throws(MediaProblem) -> Int {
    let bytes = try take(2)
    return Int(bytes[1]) << 8 | Int(bytes[0])
  }

  mutating func little32() throws(MediaProblem) -> Int {
    let low = try little16()
    return try little16() << 16 | low
  }
}

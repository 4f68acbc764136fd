/// A streaming SHA-256 (FIPS 180-4) with unrolled rounds.
package struct SHA256: Sendable {
  private static let blockSize = 64

  private var state = SHA256State()
  /// Bytes that do not fill a block yet; `blockSize` long.
  private var partial = [UInt8](repeating: 0, count: blockSize)
  private var length = 0

  package init() {}

  /// Returns the digest's 32 bytes.
  package static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var hash = SHA256()
    hash.append(bytes)
    return hash.finish()
  }

  /// Returns a digest in lower-case hexadecimal digits.
  package static func hexadecimal(_ digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    let filled = length % Self.blockSize
    length += bytes.count
    if filled > 0 {
      let head = rest.prefix(Self.blockSize - filled)
      store(head, at: filled)
      guard filled + head.count == Self.blockSize else { return }
      partial.withUnsafeBytes { state.absorb($0) }
      rest = rest.dropFirst(head.count)
    }
    let whole = rest.prefix(rest.count / Self.blockSize * Self.blockSize)
    state.absorb(UnsafeRawBufferPointer(rebasing: whole))
    store(rest.dropFirst(whole.count), at: 0)
  }

  /// Returns the digest's 32 bytes; bytes that are appended afterwards begin a new message.
  package mutating func finish() -> [UInt8] {
    let bits = UInt64(length) << 3
    let filled = length % Self.blockSize
    let zeros = (filled < 56 ? 55 : 119) - filled
    var ending = [0x80] + [UInt8](repeating: 0, count: zeros)
    for shift in stride(from: 56, through: 0, by: -8) {
      ending.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    ending.withUnsafeBytes { append($0) }
    defer { self = SHA256() }
    return state.bytes
  }

  private mutating func store(_ bytes: Slice<UnsafeRawBufferPointer>, at start: Int) {
    partial.withUnsafeMutableBytes { buffer in
      UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + bytes.count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
    }
  }
}

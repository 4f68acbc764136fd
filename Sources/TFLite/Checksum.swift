/// A fast 64-bit checksum of a stream, to see that what was written is what stands in the file.
///
/// Not cryptographic. Every word enters with its position, so parts can be added as they come.
public struct Checksum: Equatable, Sendable {
  public private(set) var value: UInt64 = 0
  private var position: UInt64 = 0
  /// Bytes of a word that is not yet complete.
  private var partial: UInt64 = 0
  private var partialCount: UInt64 = 0

  public init() {}

  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while partialCount != 0, offset < bytes.count {
      appendByte(bytes[offset])
      offset += 1
    }
    // Wraps by design, as any hash.
    var sum = value
    var index = position
    while offset &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      sum = sum &+ Self.mixed(word, index)
      index = index &+ 1
      offset &+= 8
    }
    value = sum
    position = index
    while offset < bytes.count {
      appendByte(bytes[offset])
      offset += 1
    }
  }

  /// The checksum with the last, incomplete word.
  public var final: UInt64 {
    value &+ Self.mixed(partial, position) &+ partialCount
  }

  private mutating func appendByte(_ byte: UInt8) {
    partial |= UInt64(byte) << (8 * partialCount)
    partialCount += 1
    guard partialCount == 8 else { return }
    value = value &+ Self.mixed(partial, position)
    position = position &+ 1
    partial = 0
    partialCount = 0
  }

  @inline(__always)
  private static func mixed(_ word: UInt64, _ index: UInt64) -> UInt64 {
    let state = (word ^ index) &* 0x9E37_79B9_7F4A_7C15
    return state ^ (state >> 31) &+ index
  }
}

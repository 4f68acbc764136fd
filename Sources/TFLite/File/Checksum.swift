/// A fast 64-bit checksum of a file, to check that the file on disk has the written bytes.
///
/// Not cryptographic. Every 8-byte word enters with its place in the file and the words add up, so
/// parts can be taken in any order.
package enum Checksum {
  /// Returns the share of `bytes`, which stand at `position` of the file, a multiple of 8. A last
  /// word that is not whole counts as filled with zeros.
  package static func share(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt64 {
    // Wraps by design, as any hash.
    var sum: UInt64 = 0
    var place = UInt64(truncatingIfNeeded: position / 8)
    var offset = 0
    while offset &+ 8 <= bytes.count {
      sum &+= mixed(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), place)
      place &+= 1
      offset &+= 8
    }
    guard offset < bytes.count else { return sum }
    var last: UInt64 = 0
    for byte in bytes[offset...].reversed() { last = last << 8 | UInt64(byte) }
    return sum &+ mixed(last, place)
  }

  @inline(__always)
  private static func mixed(_ word: UInt64, _ place: UInt64) -> UInt64 {
    let state = (word ^ place) &* 0x9E37_79B9_7F4A_7C15
    return (state ^ (state >> 31)) &+ place
  }
}

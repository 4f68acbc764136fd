/// Finds repeats through hash chains: zlib's search, with eight bytes compared at a time.
struct DeflateSearch {
  /// The greatest distance of a match: a little less than a window, so that its bytes are still
  /// there.
  static let farthest = DeflateMemory.windowSize - lookahead
  /// Input that must follow a position before it is compressed, unless the stream ends there.
  static let lookahead = DeflateCode.longestMatch + DeflateCode.shortestMatch + 1
  /// A three-byte match farther back costs more than three literals.
  static let farthestShortMatch = 4096

  let window: UnsafeMutableRawPointer
  let heads: UnsafeMutablePointer<UInt16>
  let previous: UnsafeMutablePointer<UInt16>
  let goodLength: Int
  let niceLength: Int
  let chainLength: Int

  init(_ memory: borrowing DeflateMemory, level: DeflateLevel) {
    window = memory.window
    heads = memory.heads
    previous = memory.previous
    goodLength = level.goodLength
    niceLength = level.niceLength
    chainLength = level.chainLength
  }

  @inline(__always)
  private func word(at position: Int) -> UInt32 {
    UInt32(littleEndian: window.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  @inline(__always)
  private func long(at position: Int) -> UInt64 {
    UInt64(littleEndian: window.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  /// Adds a position to its chain and returns the previous position with the same hash.
  @inline(__always)
  func insert(_ position: Int) -> Int {
    let hash = ((word(at: position) & 0xFF_FFFF) &* 0x9E37_79B1) &>> (32 &- DeflateMemory.hashBits)
    let slot = Int(truncatingIfNeeded: hash)
    let latest = heads[slot]
    previous[position & (DeflateMemory.windowSize &- 1)] = latest
    heads[slot] = UInt16(truncatingIfNeeded: position)
    return Int(latest)
  }

  /// Returns the length of the longest match at `position` that is longer than `shortest`, or
  /// `shortest`.
  ///
  /// `first` is the nearest candidate; `available` bytes follow the position in the window.
  @inline(__always)
  func longestMatch(
    at position: Int, first: Int, longerThan shortest: Int, available: Int
  ) -> (length: Int, start: Int) {
    let limit = position &- Self.farthest
    let longest = min(available, DeflateCode.longestMatch)
    let nice = min(niceLength, longest)
    var best = (length: shortest, start: 0)
    guard shortest < longest else { return best }
    var chain = shortest >= goodLength ? chainLength &>> 2 : chainLength
    // Compares the four bytes up to the one that a longer match must add, or three if there are no
    // more.
    var offset = max(shortest &- 3, 0)
    var mask: UInt32 = shortest < 3 ? 0xFF_FFFF : 0xFFFF_FFFF
    var tail = word(at: position &+ offset)
    var candidate = first
    repeat {
      if (word(at: candidate &+ offset) ^ tail) & mask == 0 {
        let length = matchLength(candidate, position, longest)
        if length > best.length {
          best = (length, candidate)
          if length >= nice { return best }
          offset = length &- 3
          mask = 0xFFFF_FFFF
          tail = word(at: position &+ offset)
        }
      }
      candidate = Int(previous[candidate & (DeflateMemory.windowSize &- 1)])
      chain &-= 1
    } while chain > 0 && candidate > 0 && candidate >= limit
    return best
  }

  @inline(__always)
  private func matchLength(_ first: Int, _ second: Int, _ longest: Int) -> Int {
    var length = 0
    while length < longest {
      let difference = long(at: first &+ length) ^ long(at: second &+ length)
      if difference != 0 {
        return min(length &+ difference.trailingZeroBitCount &>> 3, longest)
      }
      length &+= 8
    }
    return longest
  }
}

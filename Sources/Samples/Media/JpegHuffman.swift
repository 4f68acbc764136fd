/// A Huffman table of a JPEG image. Source: ITU-T T.81, C and F.2.2.3.
struct JpegHuffman {
  static let lookBits = 9

  /// Indexed by the next nine bits: the code's length times 256 plus its symbol; 0 for longer
  /// codes.
  let look: [UInt16]
  /// For each length, the least code above all codes of that length, aligned to 16 bits.
  let limit: [Int32]
  /// For each length, what is added to a code to get the index of its symbol.
  let offset: [Int32]
  let symbols: [UInt8]

  /// `counts` are the numbers of codes of 1 to 16 bits. Returns nil if they do not form a prefix
  /// code.
  init?(counts: [Int], symbols: [UInt8]) {
    var look = [UInt16](repeating: 0, count: 1 << Self.lookBits)
    var limit = [Int32](repeating: 0, count: 18)
    var offset = [Int32](repeating: 0, count: 18)
    var code = 0
    var index = 0
    for length in 1...16 {
      offset[length] = Int32(index - code)
      for _ in 0..<counts[length - 1] {
        guard code < 1 << length else { return nil }
        if length <= Self.lookBits {
          let first = code << (Self.lookBits - length)
          for entry in first..<first + 1 << (Self.lookBits - length) {
            look[entry] = UInt16(length << 8) | UInt16(symbols[index])
          }
        }
        code += 1
        index += 1
      }
      limit[length] = Int32(code << (16 - length))
      code <<= 1
    }
    limit[17] = Int32.max
    self.look = look
    self.limit = limit
    self.offset = offset
    self.symbols = symbols + [UInt8](repeating: 0, count: 256 - min(symbols.count, 256))
  }
}

/// The bits of a scan up to the next marker, without stuffed zeros; after them, zeros without end.
struct JpegBits {
  private let bytes: UnsafePointer<UInt8>
  private let end: Int
  private(set) var position: Int
  private var pending: UInt64 = 0
  private(set) var count = 0
  /// The number of zero bits that were supplied after the last byte.
  private(set) var madeUp = 0

  init(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int) {
    self.bytes = bytes
    self.end = end
    position = start
  }

  /// Whether more bits were taken than there are.
  var isExhausted: Bool { madeUp > count }

  @inline(__always)
  mutating func refill() {
    if position &+ 8 <= end {
      let loaded = UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self)
      let word = UInt64(bigEndian: loaded)
      // No byte is 0xFF: none of the complement is zero.
      let complement = ~word
      if (complement &- 0x0101_0101_0101_0101) & ~complement & 0x8080_8080_8080_8080 == 0 {
        let taken = (64 &- count) &>> 3
        count &+= 8 &* taken
        position &+= taken
        pending |= word &>> UInt64(count &- 8 &* taken)
        // Bits of a byte that is not consumed completely are discarded.
        pending &= ~0 &<< UInt64(truncatingIfNeeded: 64 &- count)
        return
      }
    }
    refillBytes()
  }

  @inline(never)
  private mutating func refillBytes() {
    while count <= 48 {
      var byte: UInt8 = 0
      if position < end {
        byte = bytes[position]
        if byte == 0xFF {
          if position &+ 1 < end, bytes[position &+ 1] == 0 {
            position &+= 2
          } else {
            // A marker is not consumed.
            byte = 0
            madeUp &+= 8
          }
        } else {
          position &+= 1
        }
      } else {
        madeUp &+= 8
      }
      pending |= UInt64(byte) &<< UInt64(56 &- count)
      count &+= 8
    }
  }

  /// Returns the next bits, at most 16. `refill` must have provided them.
  @inline(__always)
  func peek(_ bits: Int) -> Int { Int(truncatingIfNeeded: pending &>> UInt64(64 &- bits)) }

  @inline(__always)
  mutating func drop(_ bits: Int) {
    pending = pending &<< UInt64(bits)
    count &-= bits
  }

  /// Takes 1 to 16 bits.
  @inline(__always)
  mutating func take(_ bits: Int) -> Int {
    if count < bits { refill() }
    let value = peek(bits)
    drop(bits)
    return value
  }

  /// Takes one bit.
  @inline(__always)
  mutating func flag() -> Bool { take(1) != 0 }

  /// Returns a number of `bits` bits, of which the first gives the sign (T.81, F.2.2.1).
  @inline(__always)
  mutating func number(_ bits: Int) -> Int {
    guard bits > 0 else { return 0 }
    let value = take(bits)
    return value < 1 &<< (bits &- 1) ? value &- (1 &<< bits) &+ 1 : value
  }

  /// Returns the next symbol, or −1 if the bits are not a code.
  @inline(__always)
  mutating func symbol(_ table: JpegTablePointer) -> Int {
    if count < 32 { refill() }
    let entry = Int(table.look[peek(JpegHuffman.lookBits)])
    guard entry == 0 else {
      drop(entry &>> 8)
      return entry & 255
    }
    return longSymbol(table)
  }

  @inline(never)
  private mutating func longSymbol(_ table: JpegTablePointer) -> Int {
    let word = Int32(peek(16))
    var length = JpegHuffman.lookBits + 1
    while word >= table.limit[length] { length += 1 }
    guard length <= 16 else { return -1 }
    let index = Int(word >> Int32(16 - length) &+ table.offset[length])
    drop(length)
    return index < 0 || index > 255 ? -1 : Int(table.symbols[index])
  }

  /// Drops the rest of the last byte and the bytes that were read ahead; the position is then that
  /// of a marker.
  mutating func align() {
    pending = 0
    count = 0
    madeUp = 0
  }

  mutating func skip(to position: Int) {
    align()
    self.position = position
  }
}

/// A Huffman table with arrays at stable addresses.
struct JpegTablePointer {
  let look: UnsafePointer<UInt16>
  let limit: UnsafePointer<Int32>
  let offset: UnsafePointer<Int32>
  let symbols: UnsafePointer<UInt8>
}

/// Reads bits, first bit lowest, and never beyond the end of the input.
struct InflateInput {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private(set) var pending: UInt64 = 0
  private(set) var pendingBits = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The number of whole bytes that were read.
  var consumed: Int { position - pendingBits / 8 }

  /// Makes at least 49 bits available, or all remaining ones. Missing bits read as zero.
  @inline(__always)
  mutating func refill() {
    if let base = bytes.baseAddress, position &+ 8 <= bytes.count {
      let word = UInt64(
        littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      pending |= word &<< UInt64(truncatingIfNeeded: pendingBits)
      let taken = (63 &- pendingBits) &>> 3
      position &+= taken
      pendingBits &+= taken &* 8
      // Bits above `pendingBits` are the next ones, and adding them again changes nothing.
      return
    }
    while pendingBits <= 48 && position < bytes.count {
      pending |= UInt64(bytes[position]) &<< UInt64(truncatingIfNeeded: pendingBits)
      position &+= 1
      pendingBits &+= 8
    }
  }

  /// Drops bits. Returns false if there are fewer: the input is truncated.
  @inline(__always)
  mutating func drop(_ count: Int) -> Bool {
    pendingBits &-= count
    pending = pending &>> UInt64(truncatingIfNeeded: count)
    return pendingBits >= 0
  }

  @inline(__always)
  func peek(_ count: Int) -> Int {
    Int(truncatingIfNeeded: pending & ((1 &<< UInt64(truncatingIfNeeded: count)) &- 1))
  }

  mutating func take(_ count: Int) throws(InflateError) -> Int {
    refill()
    let value = peek(count)
    guard drop(count) else { throw .truncated }
    return value
  }

  /// Returns the next `count` whole bytes after the current one.
  mutating func takeBytes(_ count: Int) throws(InflateError) -> UnsafeRawBufferPointer {
    let start = consumed
    guard count <= bytes.count - start else { throw .truncated }
    pending = 0
    pendingBits = 0
    position = start + count
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }

  mutating func skipToByte() { _ = drop(pendingBits & 7) }
}

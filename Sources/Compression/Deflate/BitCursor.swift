/// Writes bits, first bit lowest, into memory that the caller has made large enough.
///
/// At most 57 bits may be put between two calls of `flush`, which stores eight bytes.
struct BitCursor {
  private(set) var position: UnsafeMutableRawPointer
  private(set) var pending: UInt64
  private(set) var pendingBits: Int

  init(at position: UnsafeMutableRawPointer, pending: UInt64, pendingBits: Int) {
    self.position = position
    self.pending = pending
    self.pendingBits = pendingBits
  }

  @inline(__always)
  mutating func put(_ value: Int, bits: Int) {
    pending |= UInt64(truncatingIfNeeded: value) &<< UInt64(truncatingIfNeeded: pendingBits)
    pendingBits &+= bits
  }

  @inline(__always)
  mutating func flush() {
    position.storeBytes(of: pending.littleEndian, as: UInt64.self)
    let bytes = pendingBits &>> 3
    position += bytes
    pending = pending &>> UInt64(truncatingIfNeeded: bytes &<< 3)
    pendingBits &= 7
  }

  mutating func alignToByte() {
    pendingBits = (pendingBits + 7) & ~7
    flush()
  }

  /// Copies whole bytes; the cursor must be at a byte boundary and flushed.
  mutating func copy(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    position.copyMemory(from: source, byteCount: bytes.count)
    position += bytes.count
  }
}

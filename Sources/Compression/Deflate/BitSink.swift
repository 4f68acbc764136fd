/// The compressed stream: its length in bits and, if wanted, its bytes.
struct BitSink {
  let keepsOutput: Bool
  private(set) var bitCount = 0
  private var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingBits = 0

  init(keepsOutput: Bool) { self.keepsOutput = keepsOutput }

  /// Adds `bits` bits, of which `write` must write exactly as many. It is not called if the output
  /// is not kept.
  mutating func add(bits: Int, write: (inout BitCursor) -> Void) {
    bitCount += bits
    guard keepsOutput else { return }
    let start = bytes.count
    // Every flush stores eight bytes, of which the last may lie behind the end.
    bytes.append(contentsOf: repeatElement(0, count: bits / 8 + 16))
    let used = bytes.withUnsafeMutableBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return start }
      var cursor = BitCursor(at: base + start, pending: pending, pendingBits: pendingBits)
      write(&cursor)
      pending = cursor.pending
      pendingBits = cursor.pendingBits
      return cursor.position - UnsafeMutableRawPointer(base)
    }
    bytes.removeLast(bytes.count - used)
  }

  /// Pads to a whole byte and returns the stream. The sink is empty afterwards.
  mutating func finish() -> (count: Int, bytes: [UInt8]) {
    let count = (bitCount + 7) / 8
    if keepsOutput && pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    defer { self = BitSink(keepsOutput: keepsOutput) }
    return (count, bytes)
  }
}

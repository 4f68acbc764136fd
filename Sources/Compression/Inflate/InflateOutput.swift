/// Output memory of the decompressor. Without a receiver it grows up to a limit. With one it holds
/// the window of matches, and is passed on whenever it is full.
struct InflateOutput: ~Copyable {
  typealias Receiver = (UnsafeRawBufferPointer) -> Bool

  /// The greatest distance of a match, in bytes.
  private static let window = 1 << 15
  /// More than the window and the longest stored block.
  private static let passedAtOnce = 1 << 18

  /// Bytes that may follow those that were passed on.
  private var limit: Int
  private let receive: Receiver?
  /// The number of bytes at the beginning that were passed on.
  private var passed = 0
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  init(limit: Int, expected: Int, _ receive: Receiver?) {
    self.limit = max(limit, 0)
    self.receive = receive
    capacity = min(self.limit, receive == nil ? max(expected, 4096) : Self.passedAtOnce)
    base = .allocate(byteCount: max(capacity, 1), alignment: 16)
  }

  deinit { base.deallocate() }

  var bytes: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: base, count: count)) }

  /// Makes room for `needed` bytes.
  @inline(never)
  private mutating func grow(by needed: Int) throws(InflateError) {
    guard needed <= limit - count else { throw .outputLimit }
    guard receive == nil else {
      try passOn()
      let kept = min(count, Self.window)
      base.copyMemory(from: base + (count - kept), byteCount: kept)
      limit -= count - kept
      (count, passed) = (kept, kept)
      return
    }
    let size = min(limit, max(capacity * 2, count + needed))
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    larger.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = larger
    capacity = size
  }

  mutating func passOn() throws(InflateError) {
    let part = UnsafeRawBufferPointer(start: base + passed, count: count - passed)
    guard part.isEmpty || receive?(part) ?? true else { throw .stopped }
    passed = count
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) throws(InflateError) {
    if count >= capacity { try grow(by: 1) }
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(InflateError) {
    guard let source = bytes.baseAddress else { return }
    if bytes.count > capacity - count { try grow(by: bytes.count) }
    (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Copies `length` bytes from `distance` bytes back; both are positive.
  @inline(__always)
  mutating func repeatBytes(distance: Int, length: Int) throws(InflateError) {
    guard distance <= count else { throw .distanceTooFar }
    if length > capacity &- count { try grow(by: length) }
    let target = base + count
    let source = UnsafeRawPointer(target - distance)
    count &+= length
    var offset = 0
    // Copies whole words if they do not overlap and writing beyond the match is safe.
    if distance >= 8 && count &+ 8 <= capacity {
      while offset < length {
        let word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        target.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
        offset &+= 8
      }
      return
    }
    while offset < length {
      let byte = source.load(fromByteOffset: offset, as: UInt8.self)
      target.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
      offset &+= 1
    }
  }
}

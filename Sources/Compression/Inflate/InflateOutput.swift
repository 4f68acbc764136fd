/// Growing output memory of the decompressor, at most as large as a given limit.
struct InflateOutput: ~Copyable {
  private let limit: Int
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private(set) var count = 0

  init(limit: Int, expected: Int) {
    self.limit = max(limit, 0)
    capacity = min(self.limit, max(expected, 4096))
    base = .allocate(byteCount: max(capacity, 1), alignment: 16)
  }

  deinit { base.deallocate() }

  var bytes: [UInt8] { [UInt8](UnsafeRawBufferPointer(start: base, count: count)) }

  @inline(never)
  private mutating func grow(by needed: Int) -> Bool {
    guard needed <= limit - count else { return false }
    let size = min(limit, max(capacity * 2, count + needed))
    let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    larger.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = larger
    capacity = size
    return true
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) throws(InflateError) {
    guard count < capacity || grow(by: 1) else { throw .outputLimit }
    base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(InflateError) {
    guard let source = bytes.baseAddress else { return }
    guard bytes.count <= capacity - count || grow(by: bytes.count) else { throw .outputLimit }
    (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Repeats `length` bytes from `distance` back; both are positive.
  @inline(__always)
  mutating func repeatBytes(distance: Int, length: Int) throws(InflateError) {
    guard distance <= count else { throw .distanceTooFar }
    guard length <= capacity &- count || grow(by: length) else { throw .outputLimit }
    let target = base + count
    let source = UnsafeRawPointer(target - distance)
    count &+= length
    var offset = 0
    // Whole words, if they do not overlap and the last may be written beyond the match.
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

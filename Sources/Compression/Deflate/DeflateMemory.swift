/// The working memory of one compressor: about 350 KiB, whatever the length of the stream.
struct DeflateMemory: ~Copyable {
  static let windowSize = 32768
  /// Two windows: while one is filled, matches reach back into the other.
  static let capacity = 2 * windowSize
  /// Byte comparisons load eight bytes and may start at the last byte.
  static let padding = 16
  static let hashBits: UInt32 = 16
  /// zlib's capacity, so that blocks and sizes are comparable.
  static let tokenCapacity = 16383

  let window = UnsafeMutableRawPointer.allocate(
    byteCount: capacity + padding, alignment: 16)
  /// The latest position of each hash; 0 if there is none.
  let heads = UnsafeMutablePointer<UInt16>.allocate(capacity: 1 << Int(hashBits))
  /// For each position, the previous one with the same hash; 0 if there is none.
  let previous = UnsafeMutablePointer<UInt16>.allocate(capacity: windowSize)
  /// Distance in the upper half, length in the lower; a literal has distance 0.
  let tokens = UnsafeMutablePointer<UInt32>.allocate(capacity: tokenCapacity)
  let symbolCounts = UnsafeMutablePointer<UInt32>.allocate(capacity: DeflateCode.symbols)
  let distanceCounts = UnsafeMutablePointer<UInt32>.allocate(capacity: DeflateCode.distances)

  init() {
    window.initializeMemory(as: UInt8.self, repeating: 0, count: Self.capacity + Self.padding)
    heads.initialize(repeating: 0, count: 1 << Int(Self.hashBits))
    previous.initialize(repeating: 0, count: Self.windowSize)
    tokens.initialize(repeating: 0, count: Self.tokenCapacity)
    symbolCounts.initialize(repeating: 0, count: DeflateCode.symbols)
    distanceCounts.initialize(repeating: 0, count: DeflateCode.distances)
  }

  deinit {
    window.deallocate()
    heads.deallocate()
    previous.deallocate()
    tokens.deallocate()
    symbolCounts.deallocate()
    distanceCounts.deallocate()
  }

  func clearHashes() {
    heads.update(repeating: 0, count: 1 << Int(Self.hashBits))
    previous.update(repeating: 0, count: Self.windowSize)
  }

  func clearCounts() {
    symbolCounts.update(repeating: 0, count: DeflateCode.symbols)
    distanceCounts.update(repeating: 0, count: DeflateCode.distances)
  }

  /// Drops the older half of the window and shifts all stored positions by its size.
  func slide() {
    let size = Self.windowSize
    window.copyMemory(from: window + size, byteCount: size)
    for index in 0..<(1 << Int(Self.hashBits)) {
      let position = heads[index]
      heads[index] = position >= 32768 ? position &- 32768 : 0
    }
    for index in 0..<size {
      let position = previous[index]
      previous[index] = position >= 32768 ? position &- 32768 : 0
    }
  }
}

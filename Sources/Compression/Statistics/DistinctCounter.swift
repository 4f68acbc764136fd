/// Counts equal 32-bit patterns by open addressing, up to a limit of distinct patterns.
struct DistinctCounter: Sendable {
  /// The load at the largest size stays below 80 %: 5.5 million slots of eight bytes, 44 MB.
  private static let largestSize = 5_500_000

  let limit: Int
  private(set) var distinct = 0
  /// The pattern in the lower half, its count in the upper half; the count of an empty slot is 0.
  private var slots: [UInt64]

  init(limit: Int) {
    self.limit = limit
    slots = [UInt64](repeating: 0, count: 4096)
  }

  /// The count of each pattern, and zeros for empty slots, in an order that depends only on the
  /// input.
  var counts: some Sequence<Int> { slots.lazy.map { Int($0 >> 32) } }

  /// Each pattern with its count, and count 0 for empty slots, in the same order.
  var entries: some Sequence<(key: UInt32, count: Int)> {
    slots.lazy.map { (key: UInt32(truncatingIfNeeded: $0), count: Int($0 >> 32)) }
  }

  /// Counts patterns. Returns how many were counted before one more would exceed the limit.
  mutating func add(_ count: Int, at words: UnsafeRawPointer) -> Int {
    var index = 0
    while true {
      let isLargest = slots.count >= Self.largestSize
      let room = isLargest ? limit : min(limit, slots.count / 4 * 3)
      index += fill(words + index * 4, count - index, newAtMost: room - distinct)
      guard index < count && distinct < limit else { return index }
      grow()
    }
  }

  /// Counts patterns until the next one would be new and exceed `room`.
  private mutating func fill(_ words: UnsafeRawPointer, _ count: Int, newAtMost room: Int) -> Int {
    var rest = room
    defer { distinct += room - rest }
    return slots.withUnsafeMutableBufferPointer { slots in
      var index = 0
      while index < count {
        let word = words.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
        let slot = Self.slot(of: word, slots)
        if slots[slot] == 0 {
          guard rest > 0 else { return index }
          rest &-= 1
          slots[slot] = UInt64(word)
        }
        slots[slot] &+= 1 << 32
        index &+= 1
      }
      return index
    }
  }

  /// Returns the slot of the word, or the empty slot for it.
  @inline(__always)
  private static func slot(of word: UInt32, _ slots: UnsafeMutableBufferPointer<UInt64>) -> Int {
    // Weights often differ only in their upper bits; the product spreads these over all bits.
    let mixed = (word ^ word &>> 15) &* 0x9E37_79B1
    let hash = UInt64((mixed ^ mixed &>> 13) &* 0x85EB_CA6B)
    // The slots ascend with the hash, so that growing reads and writes memory in order.
    var slot = Int(truncatingIfNeeded: (hash &* UInt64(slots.count)) &>> 32)
    while slots[slot] != 0 && UInt32(truncatingIfNeeded: slots[slot]) != word {
      slot &+= 1
      if slot == slots.count { slot = 0 }
    }
    return slot
  }

  private mutating func grow() {
    let doubled = slots.count * 2
    let size = doubled > 1 << 21 ? Self.largestSize : doubled
    var larger = [UInt64](repeating: 0, count: size)
    larger.withUnsafeMutableBufferPointer { larger in
      for entry in slots where entry != 0 {
        larger[Self.slot(of: UInt32(truncatingIfNeeded: entry), larger)] = entry
      }
    }
    slots = larger
  }
}

/// Byte strings stored once each, numbered in the order of their first use.
struct Interner {
  struct Entry {
    var start: Int
    var count: Int
    var tag: UInt8
    var hash: UInt64
  }

  private(set) var pool: [UInt8] = []
  private(set) var entries: [Entry] = []
  /// Open addressing with linear probing; −1 is free.
  private var slots = [Int32](repeating: -1, count: 64)

  /// Returns the number of `bytes`; strings with a different `tag` are different.
  mutating func intern(_ bytes: UnsafeRawBufferPointer, tag: UInt8) -> Int {
    let hash = Self.hash(bytes, tag)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let index = Int(slots[slot])
      if matches(entries[index], bytes, tag, hash) { return index }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(entries.count)
    entries.append(Entry(start: pool.count, count: bytes.count, tag: tag, hash: hash))
    pool.append(contentsOf: bytes)
    if entries.count * 2 > slots.count { grow() }
    return entries.count - 1
  }

  private func matches(
    _ entry: Entry, _ bytes: UnsafeRawBufferPointer, _ tag: UInt8, _ hash: UInt64
  ) -> Bool {
    guard entry.hash == hash, entry.count == bytes.count, entry.tag == tag else { return false }
    return pool.withUnsafeBytes { stored in
      var offset = 0
      while offset &+ 8 <= bytes.count {
        guard
          stored.loadUnaligned(fromByteOffset: entry.start &+ offset, as: UInt64.self)
            == bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        else { return false }
        offset &+= 8
      }
      while offset < bytes.count {
        guard stored[entry.start &+ offset] == bytes[offset] else { return false }
        offset &+= 1
      }
      return true
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (index, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(index)
    }
  }

  /// Multiplies and mixes eight bytes at a time; wraps by design.
  private static func hash(_ bytes: UnsafeRawBufferPointer, _ tag: UInt8) -> UInt64 {
    var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(tag)
    var offset = 0
    while offset &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
      state ^= state >> 32
      offset &+= 8
    }
    while offset < bytes.count {
      state = (state ^ UInt64(bytes[offset])) &* 0x1000_0000_01B3
      offset &+= 1
    }
    return state ^ (state >> 29)
  }
}

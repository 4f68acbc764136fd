/// A two-level decoding table of one Huffman code.
///
/// An entry holds the code's length in its low byte and the symbol above. If bit 31 is set, the
/// entry refers to a second table: its number of index bits is in the low byte, its start above.
struct InflateTable {
  static let longest = 15
  /// No code word begins with these bits.
  static let invalid: UInt32 = 0
  private static let link: UInt32 = 1 << 31

  private(set) var entries: [UInt32]
  let rootBits: Int

  /// Throws unless the lengths are a complete code, or at most one code word of one bit.
  init(lengths: ArraySlice<UInt8>, rootBits: Int) throws(InflateError) {
    self.rootBits = rootBits
    entries = [UInt32](repeating: Self.invalid, count: 1 << rootBits)
    var next = [UInt32](repeating: 0, count: Self.longest + 2)
    for length in lengths where length > 0 {
      guard length <= Self.longest else { throw .badCodeLengths }
      next[Int(length) + 1] += 1
    }
    try Self.check(next)
    for length in 1...Self.longest { next[length] = (next[length] + next[length - 1]) << 1 }
    var words = [(word: UInt32, length: Int, symbol: Int)]()
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let reversed = Self.reversed(next[Int(length)], bits: UInt32(length))
      next[Int(length)] += 1
      words.append((reversed, Int(length), symbol))
    }
    addSecondTables(words)
    for word in words { add(word.word, length: word.length, symbol: word.symbol) }
  }

  /// `counts[n + 1]` is the number of code words with n bits.
  private static func check(_ counts: [UInt32]) throws(InflateError) {
    var open = 1
    var used = 0
    for length in 1...longest {
      open = open * 2 - Int(counts[length + 1])
      used += Int(counts[length + 1])
      guard open >= 0 else { throw .badCodeLengths }
    }
    guard open == 0 || used == 0 || (used == 1 && counts[2] == 1) else { throw .badCodeLengths }
  }

  private static func reversed(_ word: UInt32, bits: UInt32) -> UInt32 {
    var source = word
    var result: UInt32 = 0
    for _ in 0..<bits {
      result = result << 1 | source & 1
      source >>= 1
    }
    return result
  }

  /// Appends a table for each root prefix that longer code words share.
  private mutating func addSecondTables(_ words: [(word: UInt32, length: Int, symbol: Int)]) {
    guard words.contains(where: { $0.length > rootBits }) else { return }
    var deepest = [Int](repeating: 0, count: 1 << rootBits)
    let mask = UInt32(1 << rootBits) - 1
    for word in words where word.length > rootBits {
      let prefix = Int(word.word & mask)
      deepest[prefix] = max(deepest[prefix], word.length - rootBits)
    }
    for prefix in 0..<deepest.count where deepest[prefix] > 0 {
      entries[prefix] = Self.link | UInt32(entries.count) << 8 | UInt32(deepest[prefix])
      entries.append(contentsOf: repeatElement(Self.invalid, count: 1 << deepest[prefix]))
    }
  }

  private mutating func add(_ word: UInt32, length: Int, symbol: Int) {
    let entry = UInt32(symbol) << 8 | UInt32(length)
    var start = 0
    var size = 1 << rootBits
    var first = Int(word)
    var step = 1 << length
    if length > rootBits {
      let link = entries[first & (size - 1)]
      start = Int(link & ~Self.link) >> 8
      first >>= rootBits
      size = 1 << Int(link & 0xFF)
      step = 1 << (length - rootBits)
    }
    for index in stride(from: first, to: size, by: step) { entries[start + index] = entry }
  }

  /// Returns the entry for the next input bits: `longest` bits, padded with zeros if there are
  /// fewer.
  @inline(__always)
  static func entry(
    _ entries: UnsafePointer<UInt32>, rootBits: Int, bits: UInt64
  ) -> UInt32 {
    let root = entries[Int(truncatingIfNeeded: bits) & ((1 &<< rootBits) &- 1)]
    guard root & link != 0 else { return root }
    let size = 1 &<< Int(root & 0xFF)
    let index = Int(truncatingIfNeeded: bits &>> UInt64(rootBits)) & (size &- 1)
    return entries[Int((root & ~link) &>> 8) &+ index]
  }
}

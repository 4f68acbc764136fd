/// A canonical Huffman code with a limited length of code words.
struct HuffmanCode {
  /// Bits of each symbol's code word; 0 for a symbol without one.
  let lengths: [UInt8]
  /// The code words with their first bit lowest, as DEFLATE sends them.
  let words: [UInt16]

  init(lengths: [UInt8]) {
    self.lengths = lengths
    words = Self.words(of: lengths)
  }

  /// Makes a code of least total length for the given frequencies.
  ///
  /// If code words exceed the limit, leaves are moved as in zlib, which is not always optimal. At
  /// least two symbols get a code word, because some decoders reject a single one.
  init(frequencies: UnsafeBufferPointer<UInt32>, limit: Int) {
    var leaves: [UInt64] = []
    leaves.reserveCapacity(frequencies.count)
    for symbol in 0..<frequencies.count where frequencies[symbol] > 0 {
      leaves.append(UInt64(frequencies[symbol]) << 16 | UInt64(symbol))
    }
    for symbol in 0..<2 where leaves.count < 2 && frequencies[symbol] == 0 {
      leaves.append(UInt64(symbol))
    }
    leaves.sort()
    var counts = Self.lengthCounts(of: leaves.map { Int($0 >> 16) }, limit: limit)
    var lengths = [UInt8](repeating: 0, count: frequencies.count)
    var length = limit
    for leaf in leaves {
      while counts[length] == 0 { length -= 1 }
      counts[length] -= 1
      lengths[Int(leaf & 0xFFFF)] = UInt8(length)
    }
    self.init(lengths: lengths)
  }

  /// Returns how many code words there are of each length.
  ///
  /// `weights` are ascending. They become, in place, parent links and then depths. Source: A.
  /// Moffat, J. Katajainen, In-Place Calculation of Minimum-Redundancy Codes, 1995.
  private static func lengthCounts(of sorted: [Int], limit: Int) -> [Int] {
    var weights = sorted
    link(&weights)
    let count = weights.count
    weights[count - 2] = 0
    for node in stride(from: count - 3, through: 0, by: -1) {
      weights[node] = weights[weights[node]] + 1
    }
    var counts = [Int](repeating: 0, count: limit + 1)
    var available = 1
    var depth = 0
    var node = count - 2
    while available > 0 {
      var inner = 0
      while node >= 0 && weights[node] == depth {
        inner += 1
        node -= 1
      }
      counts[min(depth, limit)] += available - inner
      available = 2 * inner
      depth += 1
    }
    shorten(&counts, limit: limit)
    return counts
  }

  /// Replaces the weights of the inner nodes by the index of their parent.
  private static func link(_ weights: inout [Int]) {
    let count = weights.count
    var root = 0
    var leaf = 0
    for node in 0..<(count - 1) {
      var sum = 0
      for _ in 0..<2 {
        if leaf >= count || (root < node && weights[root] < weights[leaf]) {
          sum += weights[root]
          weights[root] = node
          root += 1
        } else {
          sum += weights[leaf]
          leaf += 1
        }
      }
      weights[node] = sum
    }
  }

  /// Completes the code again after deeper leaves were moved up to the limit.
  private static func shorten(_ counts: inout [Int], limit: Int) {
    var excess = -(1 << limit)
    for length in 1...limit { excess += counts[length] << (limit - length) }
    while excess > 0 {
      var length = limit - 1
      while counts[length] == 0 { length -= 1 }
      counts[length] -= 1
      counts[length + 1] += 2
      counts[limit] -= 1
      excess -= 1
    }
  }

  private static func words(of lengths: [UInt8]) -> [UInt16] {
    var next = [UInt16](repeating: 0, count: 17)
    for length in lengths where length > 0 { next[Int(length) + 1] += 1 }
    for length in 1..<17 { next[length] = (next[length] &+ next[length - 1]) << 1 }
    return lengths.map { length in
      guard length > 0 else { return 0 }
      let word = next[Int(length)]
      next[Int(length)] = word &+ 1
      return reversed(word) >> (16 - UInt16(length))
    }
  }

  private static func reversed(_ word: UInt16) -> UInt16 {
    var bits = word
    bits = (bits & 0x5555) << 1 | (bits & 0xAAAA) >> 1
    bits = (bits & 0x3333) << 2 | (bits & 0xCCCC) >> 2
    bits = (bits & 0x0F0F) << 4 | (bits & 0xF0F0) >> 4
    return bits.byteSwapped
  }
}

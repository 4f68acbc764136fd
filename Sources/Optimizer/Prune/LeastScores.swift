/// Finds the least of many scores in two counting passes over their bits: exact, independent of the
/// order of work, in linear time.
enum LeastScores {
  /// Scores below `bits`, and the first `ties` of those equal to it, are the least.
  struct Cut {
    let bits: UInt32
    let ties: Int
  }

  /// Returns the cut below which `count` of all scores lie. Scores are not negative.
  static func cut(_ count: Int, of parts: [UnsafeBufferPointer<Float>]) -> Cut {
    var left = count
    var high = 0
    (high, left) = bin(left, parts) { Int($0 >> 16) }
    let (low, ties) = bin(left, parts) { Int($0 >> 16) == high ? Int($0 & 0xFFFF) : -1 }
    return Cut(bits: UInt32(high) << 16 | UInt32(low), ties: ties)
  }

  /// Returns the bin of score number `count`, and how many scores of that bin are among the least.
  private static func bin(
    _ count: Int, _ parts: [UnsafeBufferPointer<Float>], _ place: (UInt32) -> Int
  ) -> (bin: Int, left: Int) {
    var counts = [Int](repeating: 0, count: 1 << 16)
    counts.withUnsafeMutableBufferPointer { counts in
      for part in parts {
        for score in part {
          let bin = place(score.bitPattern)
          if bin >= 0 { counts[bin] &+= 1 }
        }
      }
    }
    var left = count
    for (bin, size) in counts.enumerated() {
      if left <= size { return (bin, left) }
      left -= size
    }
    return (counts.count - 1, left)
  }

  /// Fills `keep` with 0 for the `count` least scores and with 1 for the others.
  static func drop(
    _ count: Int, of scores: UnsafeBufferPointer<Float>, _ keep: UnsafeMutablePointer<UInt8>
  ) {
    guard count > 0 else { return keep.update(repeating: 1, count: scores.count) }
    var cut = cut(min(count, scores.count), of: [scores])
    drop(scores, &cut, keep)
  }

  /// Does the same for the next of several parts that share a cut, and uses up the cut's ties.
  static func drop(
    _ scores: UnsafeBufferPointer<Float>, _ cut: inout Cut, _ keep: UnsafeMutablePointer<UInt8>
  ) {
    var ties = cut.ties
    for (index, score) in scores.enumerated() {
      let bits = score.bitPattern
      if bits == cut.bits, ties > 0 {
        keep[index] = 0
        ties -= 1
      } else {
        keep[index] = bits < cut.bits ? 0 : 1
      }
    }
    cut = Cut(bits: cut.bits, ties: ties)
  }
}

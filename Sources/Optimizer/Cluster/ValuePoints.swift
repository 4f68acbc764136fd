/// The values of a constant as weighted points: one per distinct value where there are at most
/// 2^16, otherwise at most 2^16 bins.
enum ValuePoints {
  static let most = 1 << 16

  /// Values must be finite.
  static func points(of stream: ValueStream) throws -> WeightedPoints {
    try distinct(stream) ?? binned(stream)
  }

  // MARK: Exact

  /// Returns nil when there are more than `most` distinct values.
  private static func distinct(_ stream: ValueStream) throws -> WeightedPoints? {
    // A hash table of bit patterns with open addressing, at most half full.
    var bits = 8
    while bits < 18, 1 << bits < 2 * stream.count { bits += 1 }
    let mask = 1 << bits - 1
    let empty = UInt32.max  // A NaN, which no value is.
    var keys = [UInt32](repeating: empty, count: mask + 1)
    var weights = [Double](repeating: 0, count: mask + 1)
    var used = 0
    try keys.withUnsafeMutableBufferPointer { keys in
      try weights.withUnsafeMutableBufferPointer { weights in
        guard let keys = keys.baseAddress, let weights = weights.baseAddress else { return }
        try stream.forEachPart { values, count, start in
          var index = 0
          while index < count, used <= most {
            // Adding 0 maps −0 to 0.
            let key = (values[index] + 0).bitPattern
            var slot = Int((key &* 0x9E37_79B1) >> UInt32(32 - bits)) & mask
            while keys[slot] != key, keys[slot] != empty { slot = (slot &+ 1) & mask }
            if keys[slot] == empty {
              keys[slot] = key
              used &+= 1
            }
            weights[slot] += stream.weight(start &+ index)
            index &+= 1
          }
        }
      }
    }
    guard used <= most else { return nil }
    let found = (0...mask).filter { keys[$0] != empty }
      .map { (value: Double(Float(bitPattern: keys[$0])), weight: weights[$0]) }
      .sorted { $0.value < $1.value }
    return WeightedPoints(values: found.map(\.value), weights: found.map(\.weight))
  }

  // MARK: Bins

  /// Bins follow the order of values: the upper 16 bits of a pattern choose a row, the next n bits
  /// one of the row's 2^n bins. Rows get bins in proportion to the cube root of weight × width²,
  /// which minimises the error within bins (Panter and Dite 1951).
  private static func binned(_ stream: ValueStream) throws -> WeightedPoints {
    let rows = try rows(of: stream)
    var bins = [Bin](repeating: Bin(), count: rows.count)
    try bins.withUnsafeMutableBufferPointer { bins in
      try rows.first.withUnsafeBufferPointer { first in
        try rows.shift.withUnsafeBufferPointer { shift in
          guard let bins = bins.baseAddress, let first = first.baseAddress,
            let shift = shift.baseAddress
          else { return }
          try stream.forEachPart { values, count, start in
            for index in 0..<count {
              let pattern = ordered(values[index])
              let row = Int(pattern >> 16)
              let bin = Int(first[row]) &+ Int((pattern & 0xFFFF) >> UInt32(shift[row]))
              bins[bin].add(Double(values[index]), weight: stream.weight(start &+ index))
            }
          }
        }
      }
    }
    let filled = bins.filter { $0.weight > 0 }
    return WeightedPoints(
      values: filled.map(\.mean), weights: filled.map(\.weight),
      within: filled.reduce(0) { $0 + $1.error })
  }

  private struct Bin {
    var weight = 0.0
    /// Sums are of differences to the first value, which are small within a bin.
    var origin = 0.0
    var first = 0.0
    var second = 0.0

    @inline(__always)
    mutating func add(_ value: Double, weight more: Double) {
      if weight == 0 { origin = value }
      let offset = value - origin
      weight += more
      first += more * offset
      second += more * offset * offset
    }

    var mean: Double { origin + first / weight }
    var error: Double { max(0, second - first * first / weight) }
  }

  private struct Rows {
    /// By upper 16 bits: the row's first bin, and the right shift of the lower bits.
    var first = [UInt32](repeating: 0, count: 1 << 16)
    var shift = [UInt8](repeating: 16, count: 1 << 16)
    var count = 0
  }

  private static func rows(of stream: ValueStream) throws -> Rows {
    var counts = [UInt32](repeating: 0, count: 1 << 16)
    try counts.withUnsafeMutableBufferPointer { counts in
      guard let counts = counts.baseAddress else { return }
      try stream.forEachPart { values, count, _ in
        for index in 0..<count { counts[Int(ordered(values[index]) >> 16)] &+= 1 }
      }
    }
    let shares = counts.indices.map { row -> Double in
      guard counts[row] > 0 else { return 0 }
      let low = value(ofOrdered: UInt32(row) << 16)
      let high = value(ofOrdered: UInt32(row) << 16 | 0xFFFF)
      let width = Double(high) - Double(low)
      // Computed from the exponent's third and Newton steps, to be the same on every system.
      return cubeRoot(Double(counts[row]) * width * width)
    }
    let total = shares.reduce(0, +)
    let filled = counts.count { $0 > 0 }
    let room = Double(most - filled)
    var rows = Rows()
    for row in counts.indices where counts[row] > 0 {
      let wanted = total > 0 ? 1 + shares[row] / total * room : 1
      var bits = 0
      while bits < 16, Double(2 << bits) <= wanted { bits += 1 }
      rows.first[row] = UInt32(rows.count)
      rows.shift[row] = UInt8(16 - bits)
      rows.count += 1 << bits
    }
    return rows
  }

  private static func cubeRoot(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return 0 }
    var root = Double(sign: .plus, exponent: Int(x.exponent) / 3, significand: 1)
    for _ in 0..<12 { root = (2 * root + x / (root * root)) / 3 }
    return root
  }

  @inline(__always)
  private static func ordered(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return bits & 0x8000_0000 != 0 ? ~bits : bits | 0x8000_0000
  }

  private static func value(ofOrdered pattern: UInt32) -> Float {
    let value = Float(
      bitPattern: pattern & 0x8000_0000 != 0 ? pattern & 0x7FFF_FFFF : ~pattern)
    return value.isFinite
      ? value
      : value.sign == .minus
        ? -.greatestFiniteMagnitude
        : .greatestFiniteMagnitude
  }
}

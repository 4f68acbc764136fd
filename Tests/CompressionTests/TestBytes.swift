/// Seeded inputs of the kinds that models hold.
struct TestBytes {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Source: SplitMix64 by S. Vigna.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// Sums of uniform numbers, close to normal, scaled as weights are.
  mutating func floats(_ count: Int, zeroShare: Double = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let sum = (0..<4).reduce(0.0) { total, _ in total + Double(next() >> 11) / 0x1p53 - 0.5 }
      let isZero = Double(next() >> 11) / 0x1p53 < zeroShare
      withUnsafeBytes(of: isZero ? 0 : Float(sum * 0.1)) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
  }

  mutating func periodic(_ count: Int, period: Int) -> [UInt8] {
    let unit = noise(period)
    return (0..<count).map { unit[$0 % period] }
  }

  /// Frequencies grow like Fibonacci numbers, so that Huffman codes reach their longest words.
  mutating func skewed() -> [UInt8] {
    var bytes: [UInt8] = []
    var counts = (1, 1)
    for symbol in 0..<20 {
      bytes.append(contentsOf: repeatElement(UInt8(symbol), count: counts.0))
      counts = (counts.1, counts.0 + counts.1)
    }
    for index in bytes.indices { bytes.swapAt(index, below(bytes.count)) }
    return bytes
  }
}

import Platform

/// Seeded inputs of the kinds that models hold.
struct TestBytes {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

  mutating func below(_ limit: Int) -> Int { random.below(limit) }

  mutating func noise(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// Sums of uniform numbers, close to normal, scaled as weights are.
  mutating func floats(_ count: Int, zeroShare: Double = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let sum = (0..<4).reduce(0.0) { total, _ in total + random.unit() - 0.5 }
      let isZero = random.unit() < zeroShare
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

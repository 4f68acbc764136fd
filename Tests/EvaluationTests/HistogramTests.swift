import Platform
import Testing

@testable import Evaluation

/// The definition, written plainly below, judges.
@Suite struct HistogramTests {
  /// Bins are 2^exponent wide, the least for which all values fit into 2048 bins from −2^80 on and
  /// for which ⌊x ÷ width⌋ has at most 25 bits.
  private struct Definition {
    var exponent: Int
    var first = 0
    var counts = [UInt64](repeating: 0, count: 2048)

    init(_ values: [Float]) {
      let magnitude = values.reduce(0) { max($0, abs($1)) }
      exponent = -80
      if magnitude > 0 { exponent = max(-80, Int(magnitude.exponent) - 24) }
      while true {
        let places = values.map { place($0) }
        if places.max()! - places.min()! < 2048 {
          first = places.min()!
          for place in places { counts[place - first] += 1 }
          return
        }
        exponent += 1
      }
    }

    /// Exact: no float32 divided by a power of two leaves the doubles.
    private func place(_ value: Float) -> Int {
      let width = Double(sign: .plus, exponent: exponent, significand: 1)
      return Int((Double(value) / width).rounded(.down))
    }
  }

  static let kinds = [
    "bell", "negative", "wide", "huge", "tiny", "zeros", "far from zero", "one value", "mixed",
  ]

  /// Seeded values of a kind.
  private static func values(_ kind: String, _ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededRandom(seed: seed)
    func unit() -> Float { Float.random(in: -1...1, using: &generator) }
    return (0..<count).map { index in
      switch kind {
      case "bell": return unit() + unit() + unit()
      case "negative": return -abs(unit()) * 40
      case "wide": return unit() * Float(sign: .plus, exponent: index % 60 - 30, significand: 1)
      case "huge": return unit() * .greatestFiniteMagnitude
      case "tiny": return unit() * (index % 2 == 0 ? 1e-40 : .leastNormalMagnitude)
      case "zeros": return [0, -0.0, max(0, unit())][index % 3]
      case "far from zero": return 1000 + unit() * 1e-3
      case "one value": return -3.25
      default: return [1e-30, -1e-30, 1e38, -5, 0, -0.0, 3e-41, -3e-41, unit()][index % 9]
      }
    }
  }

  private func statistics(_ values: [Float]) -> TensorStatistics {
    var found = TensorStatistics()
    values.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { found.add(base, count: buffer.count, channels: 1) }
    }
    return found
  }

  private func expectSame(_ a: Histogram, _ b: Histogram, _ comment: String) {
    #expect(a == b, "\(comment)")
    #expect(a.least.bitPattern == b.least.bitPattern, "\(comment)")
    #expect(a.greatest.bitPattern == b.greatest.bitPattern, "\(comment)")
  }

  @Test("Counts are those of the definition", arguments: kinds)
  func counts(kind: String) {
    for (seed, count) in [1, 2, 3, 7, 64, 1001].enumerated() {
      let values = Self.values(kind, count, seed: UInt64(seed))
      let found = statistics(values).histogram
      let expected = Definition(values)
      #expect(found.exponent == expected.exponent && found.first == expected.first)
      #expect(found.counts == expected.counts)
      #expect(found.total == UInt64(count))
      #expect(found.zeros == UInt64(values.count { $0 == 0 }))
      #expect(found.least == values.min() && found.greatest == values.max())
    }
  }

  @Test("The order of the values does not matter", arguments: kinds)
  func order(kind: String) {
    var generator = SeededRandom(seed: 5)
    let values = Self.values(kind, 500, seed: 9)
    let expected = statistics(values).histogram
    for _ in 0..<5 {
      expectSame(statistics(values.shuffled(using: &generator)).histogram, expected, kind)
    }
  }

  @Test("Shards add up to the whole, in any order", arguments: kinds)
  func shards(kind: String) {
    var generator = SeededRandom(seed: 11)
    let values = Self.values(kind, 600, seed: 3)
    let expected = statistics(values)
    for round in 1...8 {
      // One growing histogram, and histograms that are merged.
      var grown = TensorStatistics()
      var parts: [TensorStatistics] = []
      var start = 0
      while start < values.count {
        let end = min(values.count, start + Int.random(in: 1...(round * 20), using: &generator))
        let part = Array(values[start..<end])
        part.withUnsafeBufferPointer { grown.add($0.baseAddress!, count: part.count, channels: 1) }
        parts.append(statistics(part))
        start = end
      }
      var merged = TensorStatistics()
      for part in parts.shuffled(using: &generator) { merged.merge(part) }
      expectSame(merged.histogram, expected.histogram, "\(kind), merged")
      expectSame(grown.histogram, expected.histogram, "\(kind), grown")
    }
  }

  @Test func `Values that are not finite are counted apart`() {
    let values: [Float] = [1, .nan, 2, .infinity, -.infinity, -3, 0, 1, 1]
    let found = statistics(values)
    #expect(found.notFinite == 3)
    expectSame(found.histogram, statistics([1, 2, -3, 0, 1, 1]).histogram, "finite")
    let none = statistics([.nan, .infinity])
    #expect(none.isEmpty && none.notFinite == 2)
  }

  @Test func `Merging with nothing changes nothing`() {
    let some = statistics([1, 2, -7])
    var left = some
    left.merge(TensorStatistics())
    var right = TensorStatistics()
    right.merge(some)
    #expect(left == some && right == some)
  }

  @Test("What was stored is taken back, and contradictions are not", arguments: kinds)
  func stored(kind: String) {
    let known = statistics(Self.values(kind, 300, seed: 21)).histogram
    func again(
      exponent: Int = 0, first: Int = 0, least: Float? = nil, greatest: Float? = nil, more: Int = 0
    ) -> Histogram? {
      Histogram(
        exponent: known.exponent + exponent, first: known.first + first,
        counts: known.counts + [UInt64](repeating: 0, count: more),
        least: least ?? known.least, greatest: greatest ?? known.greatest, zeros: known.zeros)
    }
    #expect(again() == known)
    #expect(again(exponent: 1) == nil && again(exponent: -1) == nil)
    #expect(again(first: 1) == nil && again(more: 1) == nil)
    #expect(again(least: .nan) == nil && again(greatest: .infinity) == nil)
    #expect(again(greatest: known.least.nextDown) == nil)
  }

  @Test(
    "Of a large tensor every channel is seen in its share", arguments: [3, 24, 40, 64, 192, 1000])
  func shares(channels: Int) throws {
    let rows = 300_000 / channels
    let values = (0..<rows * channels).map { Float($0 % channels) }
    var found = TensorStatistics()
    values.withUnsafeBufferPointer {
      found.add($0.baseAddress!, count: $0.count, channels: channels)
    }
    #expect(found.least == 0 && found.greatest == Float(channels - 1))
    for channel in 0..<channels {
      let bin = try #require(
        found.histogram.counts.indices.first {
          abs(found.histogram.center($0) - Double(channel) - found.histogram.width / 2) < 1e-3
        })
      let share = Double(found.histogram.counts[bin]) / Double(rows)
      #expect(share > 0.75 && share < 1.25, "channel \(channel): \(share)")
    }
  }
}

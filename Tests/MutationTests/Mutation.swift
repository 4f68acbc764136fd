import Foundation

/// A seeded generator (SplitMix64): the same seed gives the same mutations.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }
}

/// Ways to break a model file. FlatBuffers are mostly aligned 32-bit words: offsets, lengths,
/// indices; so most mutations replace such a word.
enum Mutation: CaseIterable {
  case flipBit, setByte, truncate, extend, setWord, nudgeWord, copyWord, setShort, swapWords
  case copyBlock, zeroBlock, setLong

  static func apply(to bytes: inout [UInt8], _ generator: inout Generator) {
    // Most broken files of real life are broken in one place.
    let count = [1, 1, 1, 1, 1, 1, 2, 3, 6][generator.below(9)]
    for _ in 0..<count {
      guard bytes.count >= 16 else { return }
      let kind = allCases[generator.below(allCases.count)]
      kind.apply(&bytes, &generator)
    }
  }

  private func apply(_ bytes: inout [UInt8], _ g: inout Generator) {
    let size = bytes.count
    switch self {
    case .flipBit: bytes[g.below(size)] ^= 1 << UInt8(g.below(8))
    case .setByte: bytes[g.below(size)] = [0, 1, 2, 0x7F, 0x80, 0xFF][g.below(6)]
    case .truncate where g.below(4) == 0: bytes.removeLast(g.below(size))
    case .truncate: bytes.removeLast(1 + g.below(min(64, size - 1)))
    case .extend: bytes += (0..<1 + g.below(64)).map { _ in UInt8(g.below(256)) }
    case .setWord: store(Self.word(size, &g), 4, at: g.below(size / 4) * 4, &bytes)
    case .nudgeWord:
      let place = g.below(size / 4) * 4
      let delta = [-4, -1, 1, 2, 4, 8, 16, 1024][g.below(8)]
      store(load(place, bytes) &+ UInt64(bitPattern: Int64(delta)), 4, at: place, &bytes)
    case .copyWord:
      store(load(g.below(size / 4) * 4, bytes), 4, at: g.below(size / 4) * 4, &bytes)
    case .setShort:
      let values: [UInt64] = [0, 1, 2, 3, 4, 5, 6, 8, 12, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF]
      store(values[g.below(values.count)], 2, at: g.below(size / 2) * 2, &bytes)
    case .swapWords:
      let (a, b) = (g.below(size / 4) * 4, g.below(size / 4) * 4)
      let (first, second) = (load(a, bytes), load(b, bytes))
      store(second, 4, at: a, &bytes)
      store(first, 4, at: b, &bytes)
    case .copyBlock:
      let count = 1 + g.below(min(64, size))
      let (from, to) = (g.below(size - count + 1), g.below(size - count + 1))
      let block = Array(bytes[from..<from + count])
      bytes.replaceSubrange(to..<to + count, with: block)
    case .zeroBlock:
      let count = 1 + g.below(min(32, size))
      let start = g.below(size - count + 1)
      for index in start..<start + count { bytes[index] = 0 }
    case .setLong:
      let values: [UInt64] = [1 << 31, 1 << 32, 1 << 62, .max, 1 << 63, .max - 15, UInt64(size)]
      store(values[g.below(values.count)], 8, at: g.below(size / 8) * 8, &bytes)
    }
  }

  /// Values around which bounds checks go wrong.
  private static func word(_ size: Int, _ g: inout Generator) -> UInt64 {
    let size = UInt64(size)
    let values: [UInt64] = [
      0, 1, 2, 3, 4, 8, 0x7F, 0x80, 0xFF, 0xFFFF, 0x1_0000, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFF0,
      0x7FFF_FFFC, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFF0, 0xFFFF_FFFC, 0xFFFF_FFFE,
      0xFFFF_FFFF, size, size + 4, size &- 4, size / 2, size / 4, size / 8,
      UInt64(g.below(Int(size))), UInt64(g.below(300)), UInt64(g.below(Int(UInt32.max))),
    ]
    return values[g.below(values.count)]
  }

  private func load(_ place: Int, _ bytes: [UInt8]) -> UInt64 {
    (0..<4).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }

  private func store(_ value: UInt64, _ width: Int, at place: Int, _ bytes: inout [UInt8]) {
    for byte in 0..<width where place + byte < bytes.count {
      bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
    }
  }
}

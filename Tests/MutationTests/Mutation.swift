/// A small seeded generator (splitmix64), the same on every machine.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A file that gets broken in one to four places.
struct Mutation {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func apply<G: RandomNumberGenerator>(_ generator: inout G) {
    // One change alone gets deepest.
    let count = [1, 1, 1, 1, 2, 4].randomElement(using: &generator) ?? 1
    for _ in 0..<count where bytes.count > 8 {
      switch Int.random(in: 0..<16, using: &generator) {
      case 0..<6: flipBit(&generator)
      case 6: truncate(&generator)
      case 7..<12: overwriteWord(&generator)
      case 12, 13: copyWord(&generator)
      default: overwriteShort(&generator)
      }
    }
  }

  private mutating func flipBit<G: RandomNumberGenerator>(_ generator: inout G) {
    let index = Int.random(in: 0..<bytes.count, using: &generator)
    bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
  }

  private mutating func truncate<G: RandomNumberGenerator>(_ generator: inout G) {
    bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
  }

  /// Offsets, lengths and indices have 32 bits: the values are those that break them.
  private mutating func overwriteWord<G: RandomNumberGenerator>(_ generator: inout G) {
    guard bytes.count >= 8 else { return }
    let size = UInt32(bytes.count)
    let values: [UInt32] = [
      0, 1, 2, 0x7F, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, size, size &- 4, size &+ 4,
      UInt32.random(in: 0..<size, using: &generator), UInt32.random(in: 0..<64, using: &generator),
      UInt32.random(in: 0...UInt32.max, using: &generator),
    ]
    let value = values.randomElement(using: &generator) ?? 0
    let index = Int.random(in: 0..<bytes.count / 4, using: &generator) * 4
    for byte in 0..<4 { bytes[index + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }

  private mutating func copyWord<G: RandomNumberGenerator>(_ generator: inout G) {
    let from = Int.random(in: 0..<bytes.count / 4, using: &generator) * 4
    let to = Int.random(in: 0..<bytes.count / 4, using: &generator) * 4
    for byte in 0..<4 { bytes[to + byte] = bytes[from + byte] }
  }

  /// Vtables hold 16-bit values.
  private mutating func overwriteShort<G: RandomNumberGenerator>(_ generator: inout G) {
    let value = [0, 1, 4, 6, 8, 0x7FFF, 0xFFFF].randomElement(using: &generator) ?? 0
    let index = Int.random(in: 0..<bytes.count / 2, using: &generator) * 2
    bytes[index] = UInt8(value & 0xFF)
    bytes[index + 1] = UInt8(value >> 8)
  }
}

/// The eight chaining words of SHA-256 and the compression function.
struct SHA256State: Sendable {
  private var a: UInt32 = 0x6A09_E667
  private var b: UInt32 = 0xBB67_AE85
  private var c: UInt32 = 0x3C6E_F372
  private var d: UInt32 = 0xA54F_F53A
  private var e: UInt32 = 0x510E_527F
  private var f: UInt32 = 0x9B05_688C
  private var g: UInt32 = 0x1F83_D9AB
  private var h: UInt32 = 0x5BE0_CD19

  /// The words in the order and byte order of a digest.
  var bytes: [UInt8] {
    [a, b, c, d, e, f, g, h].flatMap { word in
      stride(from: UInt32(24), through: 0, by: -8).map { shift in
        UInt8(truncatingIfNeeded: word >> shift)
      }
    }
  }

  /// Updates the state with blocks of 64 bytes.
  mutating func absorb(_ blocks: UnsafeRawBufferPointer) {
    guard let base = blocks.baseAddress else { return }
    Self.constants.withUnsafeBufferPointer { constants in
      guard let constants = constants.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
        guard let schedule = schedule.baseAddress else { return }
        for start in stride(from: 0, to: blocks.count, by: 64) {
          Self.expand(base + start, constants, into: schedule)
          mix(schedule)
        }
      }
    }
  }

  @inline(__always)
  private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
    word &>> bits | word &<< (32 &- bits)
  }

  /// Computes the 64 message words with the round constants already added.
  @inline(__always)
  private static func expand(
    _ block: UnsafeRawPointer, _ constants: UnsafePointer<UInt32>,
    into schedule: UnsafeMutablePointer<UInt32>
  ) {
    for index in 0..<16 {
      let word = block.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
      schedule[index] = UInt32(bigEndian: word)
    }
    for index in 16..<64 {
      let near = schedule[index &- 2]
      let far = schedule[index &- 15]
      let first = rotated(far, 7) ^ rotated(far, 18) ^ far &>> 3
      let second = rotated(near, 17) ^ rotated(near, 19) ^ near &>> 10
      schedule[index] =
        first &+ second &+ schedule[index &- 16] &+ schedule[index &- 7]
    }
    for index in 0..<64 { schedule[index] &+= constants[index] }
  }

  @inline(__always)
  private mutating func mix(_ words: UnsafeMutablePointer<UInt32>) {
    var (a, b, c, d, e, f, g, h) = (a, b, c, d, e, f, g, h)
    var index = 0
    while index < 64 {
      // After eight rounds the words have their names again.
      Self.round(a, b, c, &d, e, f, g, &h, words[index])
      Self.round(h, a, b, &c, d, e, f, &g, words[index &+ 1])
      Self.round(g, h, a, &b, c, d, e, &f, words[index &+ 2])
      Self.round(f, g, h, &a, b, c, d, &e, words[index &+ 3])
      Self.round(e, f, g, &h, a, b, c, &d, words[index &+ 4])
      Self.round(d, e, f, &g, h, a, b, &c, words[index &+ 5])
      Self.round(c, d, e, &f, g, h, a, &b, words[index &+ 6])
      Self.round(b, c, d, &e, f, g, h, &a, words[index &+ 7])
      index &+= 8
    }
    self.a &+= a
    self.b &+= b
    self.c &+= c
    self.d &+= d
    self.e &+= e
    self.f &+= f
    self.g &+= g
    self.h &+= h
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let choice = g ^ (e & (f ^ g))
    let majority = (a & b) ^ (c & (a ^ b))
    h &+= word &+ choice &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25))
    d &+= h
    h &+= majority &+ (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22))
  }

  private static let constants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4,
    0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE,
    0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F,
    0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA, 0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
    0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC,
    0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
    0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070, 0x19A4_C116,
    0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7,
    0xC671_78F2,
  ]
}

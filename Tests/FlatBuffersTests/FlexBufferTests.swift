import FlatBuffers
import Testing

/// Buffers written by Python's flexbuffers judge the reader.
@Suite struct FlexBufferTests {
  @Test func `Every kind of value reads as Python wrote it`() throws {
    let map = try #require(FlexBuffer(try vector("flex")))
    #expect(map.count == 10)
    #expect(map["max_detections"]?.integer == 5)
    #expect(map["big"]?.integer == 70000)
    #expect(map["negative"]?.integer == -3)
    #expect(map["negative"]?.number == -3)
    #expect(map["score"]?.number == 0.25)
    #expect(map["third"]?.number == 0.1)
    #expect(map["flag"]?.boolean == true)
    #expect(map["name"]?.string == "grün")
    #expect((0..<3).map { map["list"]?[$0]?.integer } == [1, 2, 300])
    #expect(map["nested"]?["a"]?.number == 1.5)
    #expect(map["nothing"]?.isNull == true)
    #expect(map["missing"]?.integer == nil)
    #expect(map["name"]?.integer == nil)
    #expect(map["list"]?[3] == nil)
  }

  @Test func `Numbers behind offsets read as Python wrote them`() throws {
    let map = try #require(FlexBuffer(try vector("flex_indirect")))
    #expect(map["i"]?.integer == -7)
    #expect(map["f"]?.number == 2.5)
  }

  @Test func `Damaged buffers read as nothing`() throws {
    let bytes = try vector("flex")
    for count in 0..<bytes.count { visit(Array(bytes[..<count])) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<3 {
        damaged[Int(generator.next() % UInt64(bytes.count))] = UInt8(generator.next() & 255)
      }
      visit(damaged)
    }
  }

  private func visit(_ bytes: [UInt8]) {
    guard let root = FlexBuffer(bytes) else { return }
    for value in [root, root["list"], root["nested"], root["name"]] {
      guard let value else { continue }
      _ = (value.integer, value.number, value.string, value["a"]?.number)
      for index in 0..<min(value.count, 8) { _ = (value[index]?.number, value[index]?.string) }
    }
  }
}

/// Splitmix64.
private struct SeededGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

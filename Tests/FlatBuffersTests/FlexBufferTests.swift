import FlatBuffers
import Platform
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

  /// The judge: the process does not trap, and no value is larger than the bytes that hold it.
  @Test func `Damaged buffers give nothing that is not in their bytes`() throws {
    let bytes = try vector("flex")
    for count in 0..<3 { #expect(FlexBuffer(Array(bytes[..<count])) == nil) }
    for count in 3..<bytes.count { try visit(Array(bytes[..<count])) }
    var generator = SeededRandom(seed: 7)
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<3 {
        damaged[Int(generator.next() % UInt64(bytes.count))] = UInt8(generator.next() & 255)
      }
      try visit(damaged)
    }
  }

  private func visit(_ bytes: [UInt8]) throws {
    guard let root = FlexBuffer(bytes) else { return }
    for value in [root, root["list"], root["nested"], root["name"]] {
      guard let value else { continue }
      _ = (value.integer, value.number, value["a"]?.number)
      try #require(value.count < bytes.count)
      try #require(value[value.count] == nil && value[-1] == nil)
      for element in [value] + (0..<min(value.count, 8)).compactMap({ value[$0] }) {
        _ = element.number
        // A byte that is no UTF-8 reads as one character.
        try #require((element.string ?? "").unicodeScalars.count <= bytes.count)
      }
    }
  }
}

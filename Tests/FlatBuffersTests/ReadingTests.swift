import FlatBuffers
import Testing

/// Files written by Python's flatbuffers judge the reader.
@Suite struct ReadingTests {
  @Test func `Every kind of field reads as Python wrote it`() throws {
    let bytes = try vector("full")
    let sample = try read(bytes).root
    #expect(sample.int8 == -128)
    #expect(sample.uint8 == 255)
    #expect(sample.int32 == -2_147_483_648)
    #expect(sample.uint32 == 4_294_967_295)
    #expect(sample.uint64 == .max)
    #expect(sample.bool == false)
    #expect(sample.floatBits == 0x8000_0000)
    #expect(sample.doubleBits == 0x7FF8_0000_0000_0001)
    #expect(sample.bytes == [1, 2, 250])
    #expect(sample.shorts == [1, 65535])
    #expect(sample.ints == [-1, 2_147_483_647])
    #expect(sample.words == [4_294_967_295])
    #expect(sample.longs == [.min, 7])
    #expect(sample.floatPatterns == [0x7FC0_0001, 0x8000_0000, 0x3F80_0000])
    #expect(sample.text == Text(utf8: [0x63, 0x61, 0x66, 0xE9, 0, 0x21]))
    let blob = try #require(sample.blob)
    #expect(Array(bytes[blob.range]) == Array(0..<40))
    #expect(sample.child.map(\.int32) == [16])
    #expect(sample.children.map(\.int32) == [5, 6, 7])
    #expect(sample.childrenAbsent == 0)
    #expect(sample.tag == 1)
    #expect(sample.union.map(\.int32) == [99])
  }

  @Test func `An empty table has every default and no vector`() throws {
    let sample = try read(try vector("empty")).root
    var expected = Sample()
    expected.childrenAbsent = 1 << 15
    #expect(sample == expected)
  }

  @Test func `Empty vectors are not absent ones, and written defaults read as defaults`() throws {
    let sample = try read(try vector("defaults")).root
    #expect(sample.int8 == -5 && sample.bool && sample.int32 == 0 && sample.uint64 == 0)
    #expect(sample.bytes == [] && sample.shorts == [] && sample.ints == [])
    #expect(sample.words == [] && sample.longs == [] && sample.floats == [])
    #expect(sample.text == "" && sample.blob?.range.isEmpty == true)
    #expect(sample.children.isEmpty && sample.childrenAbsent == 0)
    #expect(sample.child.map(\.int32) == [0])
  }

  @Test func `Sixty nested tables and a table that two places share are read`() throws {
    let sample = try read(try vector("nested")).root
    var depth: Int32 = 0
    var next = sample.child.first
    while let table = next {
      depth += 1
      #expect(table.int32 == depth)
      next = table.child.first
    }
    #expect(depth == 60)
    #expect(sample.children.map(\.int32) == [1234, 1234])
  }

  @Test func `A thousand tables that share a vtable are read`() throws {
    let sample = try read(try vector("many")).root
    #expect(sample.children.map(\.int32) == Array(0..<1000))
    #expect(sample.children.map(\.text) == (0..<1000).map { Text("name \($0 / 2)") })
  }

  @Test func `The end of what the root reaches is the end of the file`() throws {
    for name in ["full", "defaults", "nested", "many"] {
      let bytes = try vector(name)
      let end = try read(bytes).end
      // The builder ends a string with a zero and pads the end to the largest alignment.
      #expect(end <= bytes.count && end > bytes.count - 16, "\(name)")
      #expect(try read(bytes + [UInt8](repeating: 7, count: 100)).end == end, "\(name)")
    }
  }

  @Test func `Extents name the field of each part and stay inside the file`() throws {
    let bytes = try vector("full")
    let extents = try read(bytes, recordsExtents: true).extents
    #expect(extents.allSatisfy { 0 <= $0.range.lowerBound && $0.range.upperBound <= bytes.count })
    for field in [
      "bytes", "shorts", "ints", "words", "longs", "floats", "text", "blob", "children",
    ] {
      let own = extents.filter { $0.field == field }
      #expect(own.count == 1, "\(field)")
    }
    #expect(extents.first { $0.field == "blob" }?.range.count == 4 + 40)
    #expect(extents.first { $0.field == "ints" }?.range.count == 4 + 8)
    #expect(try read(bytes).extents.isEmpty)
  }
}

import Testing

@testable import FlatBuffers

/// Each failure is made by one edit of a file that Python's flatbuffers wrote, at a place that
/// `WireFile` finds; what is expected follows from the edit.
@Suite struct FailureTests {
  /// `full` with `value` at `position`.
  private func edited(_ value: UInt32, at place: (WireFile) throws -> Int) throws -> [UInt8] {
    var bytes = try vector("full")
    let position = try place(WireFile(bytes: bytes))
    for byte in 0..<4 { bytes[position + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    return bytes
  }

  private func field(_ slot: Int) -> (WireFile) throws -> Int {
    { try #require($0.root.field(slot)) }
  }

  private func outOfBounds(_ what: String, _ path: String, _ offset: Int) -> ReadFailure {
    ReadFailure(reason: .outOfBounds(what: what), path: path, offset: offset)
  }

  static let vectors: [(slot: Int, name: String)] = [
    (8, "bytes"), (9, "shorts"), (10, "ints"), (11, "words"), (12, "longs"), (13, "floats"),
    (14, "text"), (15, "children"), (17, "blob"),
  ]

  @Test("A vector longer than the file is refused with its path", arguments: vectors)
  func length(slot: Int, name: String) throws {
    for count: UInt32 in [400, 0x3FFF_FFFF, 0x7FFF_FFFF, 0xFFFF_FFFF] {
      let bytes = try edited(count) { try #require($0.root.target(slot)) }
      let place = try #require(WireFile(bytes: try vector("full")).root.target(slot))
      #expect(
        failure(bytes) == outOfBounds("the vector of \(count) elements", name, place), "\(count)")
    }
  }

  @Test("An offset out of the file is refused with its path", arguments: vectors)
  func offset(slot: Int, name: String) throws {
    let file = WireFile(bytes: try vector("full"))
    let place = try #require(file.root.field(slot))
    for distance: UInt32 in [0, UInt32(file.bytes.count - place - 3), 0x7FFF_FFFF, 0xFFFF_FFFC] {
      let bytes = try edited(distance, at: field(slot))
      #expect(failure(bytes) == outOfBounds("the offset", name, place), "\(distance)")
    }
  }

  @Test func `A failure inside nested tables has the whole path`() throws {
    let file = WireFile(bytes: try vector("full"))
    let element = file.root.tables(15)[1].position
    let child = try #require(file.root.table(16)).position
    for (place, path) in [(element, "children[1]"), (child, "child")] {
      let bytes = try edited(0x8000_0000) { _ in place }
      #expect(failure(bytes) == outOfBounds("the vtable", path, place))
    }
  }

  @Test func `A vtable with an odd, short or long size is refused`() throws {
    for size in [0, 2, 3, 5, 0xFFFE] {
      var bytes = try vector("full")
      let vtable = WireFile(bytes: bytes).root.vtable
      bytes[vtable] = UInt8(size & 0xFF)
      bytes[vtable + 1] = UInt8(size >> 8)
      #expect(failure(bytes) == outOfBounds("the vtable", "root", vtable), "\(size)")
    }
  }

  @Test func `A table that reaches past the end of the file is refused`() throws {
    var bytes = try vector("full")
    let vtable = WireFile(bytes: bytes).root.vtable
    bytes[vtable + 2] = 0xFF
    bytes[vtable + 3] = 0xFF
    #expect(failure(bytes)?.reason == .outOfBounds(what: "the vtable"))
  }

  @Test func `A field past the end of the file is refused with its name`() throws {
    var bytes = try vector("full")
    let vtable = WireFile(bytes: bytes).root.vtable
    bytes[vtable + 4 + 2 * 2] = 0xFE
    bytes[vtable + 5 + 2 * 2] = 0xFF
    let position = WireFile(bytes: bytes).root.position + 0xFFFE
    #expect(failure(bytes) == outOfBounds("the value", "int32", position))
  }

  @Test func `Every truncation of a file fails or reads, and short ones fail`() throws {
    let whole = try vector("full")
    let end = try read(whole).end
    for count in 8..<end {
      #expect(failure(Array(whole[..<count])) != nil, "\(count) bytes")
    }
    #expect(failure(Array(whole[..<end])) == nil)
  }

  @Test func `Too few bytes for a root are refused`() {
    for count in 0..<8 {
      #expect(failure([UInt8](repeating: 4, count: count)) != nil, "\(count) bytes")
    }
  }

  @Test func `An unknown field is refused with its slot and path, or dropped and listed`() throws {
    let bytes = try vector("newer")
    let refused = try #require(failure(bytes))
    #expect(refused.reason == .unknownField(slot: 25))
    #expect(refused.path == "children[0]")
    #expect(refused.offset == WireFile(bytes: bytes).root.tables(15)[0].position)
    let reading = try read(bytes, dropsUnknown: true)
    #expect(reading.dropped == ["children[0] (field 25)", "root (field 25)"])
    #expect(reading.root.int32 == 1)
  }

  @Test func `An unknown union member is refused with its tag, or dropped and listed`() throws {
    let bytes = try vector("newer_union")
    let refused = try #require(failure(bytes))
    #expect(refused.reason == .unknownUnionMember(tag: 9))
    #expect(refused.path == "union")
    #expect(try read(bytes, dropsUnknown: true).dropped == ["union"])
  }

  @Test func `Decoding stops where the memory budget ends`() throws {
    let bytes = try vector("many")
    let tables = 1000 * MemoryLayout<Sample>.stride
    #expect(failure(bytes, memory: tables + (1 << 17)) == nil)
    let refused = try #require(failure(bytes, memory: tables - 1))
    #expect(refused.reason == .tooLarge(limit: tables - 1))
    #expect(refused.path == "children")
    let names = try #require(failure(bytes, memory: tables + MemoryLayout<Sample>.stride + 400))
    #expect(names.path.hasPrefix("children[") && names.path.hasSuffix("].text"))
  }

  @Test func `A table that many places share costs its memory each time`() throws {
    // 100,000 offsets to one table: 400 kB of file would decode to a hundred times as much.
    var bytes = try vector("empty")
    var root = Sample()
    var only = Sample(1)
    only.childrenAbsent = 1 << 15
    root.children = [only]
    let layout = FlatBuffer.layout(root, identifier: "TEST")
    bytes = layout.head
    let file = WireFile(bytes: bytes)
    let child = file.root.tables(15)[0].position
    let field = try #require(file.root.field(15))
    let count = 100_000
    let start = (bytes.count + 3) / 4 * 4
    let vector = start + 400_004
    bytes += [UInt8](repeating: 0, count: vector - bytes.count)
    func store(_ value: Int, _ at: Int) {
      for byte in 0..<4 { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
    // Offsets lead forward, so the child is copied behind the vector.
    let vtable = file.root.tables(15)[0].vtable
    bytes += bytes[child..<child + file.root.tables(15)[0].tableSize]
    store(vector - vtable, vector)
    store(start - field, field)
    store(count, start)
    for index in 0..<count { store(vector - (start + 4 + 4 * index), start + 4 + 4 * index) }
    #expect(try read(bytes, memory: 1 << 30).root.children.count == count)
    #expect(failure(bytes, memory: 1 << 20)?.reason == .tooLarge(limit: 1 << 20))
  }
}

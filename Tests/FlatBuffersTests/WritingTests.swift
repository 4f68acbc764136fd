import FlatBuffers
import Testing

/// The rules of the FlatBuffers specification judge what we write, through `WireFile`, which shares
/// no code with the reader; files that Python wrote must survive reading and writing.
@Suite struct WritingTests {
  /// The whole file, with zeros for blobs.
  private func file(_ sample: Sample, isPacked: Bool = false) -> WireFile {
    let layout = FlatBuffer.layout(sample, identifier: "TEST", isPacked: isPacked)
    var bytes = layout.head
    for placed in layout.blobs {
      bytes += placed.gap
      #expect(bytes.count == placed.position - 4)
      withUnsafeBytes(of: UInt32(placed.blob.range.count).littleEndian) { bytes += $0 }
      bytes += [UInt8](repeating: 0, count: placed.blob.range.count)
    }
    #expect(bytes.count == layout.count)
    return WireFile(bytes: bytes)
  }

  @Test func `A packed file is smaller and reads the same`() throws {
    var sample = self.sample
    sample.children = (0..<6).map { index in
      var child = Sample(Int32(index))
      child.blob = Blob(range: 0..<17 + 5 * index, key: index + 1)
      child.text = Text("name \(index)")
      return child
    }
    let (plain, packed) = (file(sample), file(sample, isPacked: true))
    #expect(packed.bytes.count < plain.bytes.count)
    func read(_ file: WireFile) throws -> Sample {
      try file.bytes.withUnsafeBytes {
        try FlatBuffer.read(Sample.self, from: $0, limits: ReadLimits(memory: 1 << 20)).root
      }
    }
    let children = try read(packed).children
    #expect(children.map(\.text) == (0..<6).map { Text("name \($0)") })
    #expect(children.map { $0.blob?.range.count } == (0..<6).map { 17 + 5 * $0 })
    #expect(children.allSatisfy { ($0.blob?.range.lowerBound ?? 1) % 16 == 0 })
  }

  private var sample: Sample {
    var sample = Sample(-7)
    sample.int8 = 3
    sample.uint64 = 1 << 40
    sample.bool = false
    sample.bytes = [9]
    sample.shorts = [1, 2, 3]
    sample.longs = [-1]
    sample.floats = [.nan, -0.0]
    sample.text = "text"
    sample.blob = Blob(range: 0..<21, key: 0)
    sample.child = [Sample(1)]
    sample.children = [Sample(2), Sample(3), Sample()]
    sample.tag = 1
    sample.union = [Sample(4)]
    return sample
  }

  private func everyTable(_ table: WireTable) -> [WireTable] {
    [table] + [16, 19].compactMap { table.table($0) }.flatMap(everyTable)
      + table.tables(15).flatMap(everyTable)
  }

  @Test func `Every field stands where the specification puts it`() throws {
    let file = file(sample)
    #expect(file.identifier == Array("TEST".utf8))
    let root = file.root
    #expect(file.i32(try #require(root.field(2))) == -7)
    #expect(file.bytes[try #require(root.field(0))] == 3)
    #expect(file.bytes[try #require(root.field(5))] == 0)
    #expect(root.string(14) == Array("text".utf8))
    #expect(root.vector(9)?.count == 3 && root.vector(17)?.count == 21)
    #expect(root.tables(15).map { $0.field(2).map(file.i32) } == [2, 3, nil])
    #expect(root.table(19)?.field(2).map(file.i32) == 4)
    #expect([1, 3, 6, 7, 10, 11].allSatisfy { root.field($0) == nil })
  }

  @Test func `Scalars, offsets and vectors are aligned`() throws {
    let file = file(sample)
    for table in everyTable(file.root) {
      #expect(table.position % 4 == 0)
      #expect(table.vtable % 2 == 0)
      for (slots, size) in [([4, 7], 8), ([2, 3, 6], 4), (Array(8...17), 4), ([19], 4)] {
        for place in slots.compactMap(table.field) { #expect(place % size == 0) }
      }
      for slot in [8, 9, 10, 11, 12, 13, 14, 15] {
        if let target = table.target(slot) { #expect(target % 4 == 0, "slot \(slot)") }
      }
    }
    #expect(try #require(file.root.vector(12)).start % 8 == 0)
    #expect(try #require(file.root.vector(17)).start % 16 == 0)
  }

  @Test func `Offsets lead forward and every part stays inside the file`() {
    let file = file(sample)
    for table in everyTable(file.root) {
      #expect(table.vtable >= 8 && table.vtable + table.vtableSize <= file.bytes.count)
      #expect(table.position + table.tableSize <= file.bytes.count)
      for slot in 0..<table.slots {
        guard let field = table.field(slot) else { continue }
        #expect(field + 1 <= table.position + table.tableSize)
      }
      for slot in Array(8...17) + [19] {
        guard let field = table.field(slot), let target = table.target(slot) else { continue }
        #expect(target > field && target + 4 <= file.bytes.count)
      }
    }
  }

  @Test func `Strings end with a zero that their length does not count`() throws {
    let file = file(sample)
    let text = try #require(file.root.vector(14))
    #expect(text.count == 4)
    #expect(file.bytes[text.start + text.count] == 0)
  }

  @Test func `Tables with the same fields share one vtable`() {
    var root = Sample()
    root.children = (0..<100).map { Sample($0 + 1) }
    let file = file(root)
    #expect(Set(file.root.tables(15).map(\.vtable)).count == 1)
    #expect(file.root.vtable != file.root.tables(15)[0].vtable)
  }

  @Test func `Equal vectors and strings are written once, different ones apart`() {
    var one = Sample()
    one.text = "equal"
    one.longs = [0, 0, 0]
    one.ints = [1]
    var other = one
    other.ints = [2]
    var root = Sample()
    root.children = [one, other, one]
    let tables = file(root).root.tables(15)
    #expect(Set(tables.map { $0.target(14) }).count == 1)
    #expect(Set(tables.map { $0.target(12) }).count == 1)
    #expect(tables[0].target(10) == tables[2].target(10))
    #expect(tables[0].target(10) != tables[1].target(10))
  }

  @Test func `A string and a vector with the same bytes are not mixed up`() throws {
    var root = Sample()
    root.text = "ab"
    root.bytes = Array("ab".utf8)
    let file = file(root)
    let (text, bytes) = (try #require(file.root.vector(14)), try #require(file.root.vector(8)))
    #expect(text.count == 2 && bytes.count == 2)
    #expect(file.bytes[text.start + 2] == 0)
  }

  @Test func `Blobs with one key are placed once, in order and 16-aligned`() {
    var root = Sample()
    root.children = [(0, 5), (1, 50), (0, 5), (2, 0)].map { key, count in
      var sample = Sample()
      sample.blob = Blob(range: 0..<count, key: key)
      return sample
    }
    let layout = FlatBuffer.layout(root, identifier: "TEST")
    #expect(layout.blobs.map(\.blob.key) == [0, 1, 2])
    #expect(layout.blobs.allSatisfy { $0.position % 16 == 0 })
    for (one, next) in zip(layout.blobs, layout.blobs.dropFirst()) {
      #expect(next.position - 4 >= one.position + one.blob.range.count)
    }
    #expect(layout.count == (layout.blobs.last.map { $0.position + $0.blob.range.count }))
  }

  @Test("What Python wrote survives writing", arguments: ["empty", "defaults", "nested", "many"])
  func rewritten(name: String) throws {
    let original = try read(try vector(name)).root
    var again = try read(file(original).bytes).root
    // Blobs stand elsewhere; only their length is the same.
    #expect(again.blob?.range.count == original.blob?.range.count)
    again.blob = original.blob
    #expect(again == original)
  }
}

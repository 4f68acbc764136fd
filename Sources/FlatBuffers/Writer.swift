/// The writing half of a `Visitor`: collects tables, vectors and blobs, then places them.
///
/// Offsets in a FlatBuffer point forward, so parents are placed before their children, strings and
/// scalar vectors behind all tables (where any number of tables can share them), and blobs last
/// (where they can be streamed).
struct Writer {
  enum Target {
    case node(Int)
    case leaf(Int)
    case blob(Int)
  }

  struct Reference {
    /// The position of the offset, from the start of its node.
    var position: Int
    var target: Target
  }

  struct Field {
    var slot: Int
    var size: Int
    var bits: UInt64
    var target: Target?
  }

  /// A table or a vector of tables.
  struct Node {
    var start = 0
    var count = 0
    var alignment = 4
    var references = 0..<0
    /// The table's vtable, or nil for a vector.
    var vtable: Int?
  }

  private(set) var nodes: [Node] = []
  private(set) var references: [Reference] = []
  private(set) var pool: [UInt8] = []
  /// Strings and vectors with their length; the tag is the alignment of the first element.
  private(set) var leaves = Interner()
  private(set) var vtables = Interner()
  private(set) var blobs: [(blob: Blob, alignment: Int)] = []
  private var blobIndex: [Int: Int] = [:]

  private var fields: [Field] = []
  private var openTables: [(node: Int, firstField: Int)] = []
  private var children: [Int] = []
  private var openVectors: [(slot: Int, node: Int, firstChild: Int)] = []
  private var scratch: [UInt8] = []
  private var vtable: [UInt16] = []

  // MARK: Fields of the open table

  mutating func scalar(_ slot: Int, _ bits: UInt64, _ size: Int) {
    fields.append(Field(slot: slot, size: size, bits: bits, target: nil))
  }

  mutating func reference(_ slot: Int, _ target: Target) {
    fields.append(Field(slot: slot, size: 4, bits: 0, target: target))
  }

  mutating func vector(
    _ slot: Int, _ bytes: UnsafeRawBufferPointer, _ stride: Int, _ alignment: Int
  ) {
    leaf(slot, bytes, count: bytes.count / stride, alignment: alignment, terminator: false)
  }

  mutating func string(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
    leaf(slot, bytes, count: bytes.count, alignment: 4, terminator: true)
  }

  private mutating func leaf(
    _ slot: Int, _ bytes: UnsafeRawBufferPointer, count: Int, alignment: Int, terminator: Bool
  ) {
    scratch.removeAll(keepingCapacity: true)
    withUnsafeBytes(of: UInt32(count).littleEndian) { scratch.append(contentsOf: $0) }
    scratch.append(contentsOf: bytes)
    if terminator { scratch.append(0) }
    let index = scratch.withUnsafeBytes { leaves.intern($0, tag: UInt8(max(4, alignment))) }
    reference(slot, .leaf(index))
  }

  mutating func blob(_ slot: Int, _ blob: Blob, _ alignment: Int) {
    if let known = blobIndex[blob.key] { return reference(slot, .blob(known)) }
    blobIndex[blob.key] = blobs.count
    reference(slot, .blob(blobs.count))
    blobs.append((blob, alignment))
  }

  // MARK: Tables and vectors of tables

  mutating func beginTable() {
    openTables.append((nodes.count, fields.count))
    nodes.append(Node())
  }

  mutating func endTable(inField slot: Int) { reference(slot, .node(closeTable())) }

  mutating func endTable(inVectorAt index: Int) { children.append(closeTable()) }

  mutating func endRoot() { _ = closeTable() }

  mutating func beginVector(_ slot: Int, count: Int) {
    openVectors.append((slot, nodes.count, children.count))
    nodes.append(Node())
  }

  mutating func endVector() {
    let open = openVectors.removeLast()
    let count = children.count - open.firstChild
    let firstReference = references.count
    for (index, child) in children[open.firstChild...].enumerated() {
      references.append(Reference(position: 4 + 4 * index, target: .node(child)))
    }
    children.removeLast(count)
    nodes[open.node].start = pool.count
    nodes[open.node].count = 4 + 4 * count
    nodes[open.node].references = firstReference..<references.count
    withUnsafeBytes(of: UInt32(count).littleEndian) { pool.append(contentsOf: $0) }
    pool.append(contentsOf: repeatElement(0, count: 4 * count))
    reference(open.slot, .node(open.node))
  }

  /// Lays out the open table's fields, largest first after a 4-byte one that fills the gap before
  /// 8-byte ones, and interns its vtable.
  private mutating func closeTable() -> Int {
    let open = openTables.removeLast()
    let own = open.firstField..<fields.count
    var slots = 0
    var firstShort = -1
    var hasLong = false
    for index in own {
      slots = max(slots, fields[index].slot + 1)
      if fields[index].size == 8 { hasLong = true }
      if fields[index].size == 4, firstShort < 0 { firstShort = index }
    }
    vtable.removeAll(keepingCapacity: true)
    vtable.append(contentsOf: repeatElement(0, count: slots + 2))
    let start = pool.count
    let firstReference = references.count
    pool.append(contentsOf: repeatElement(0, count: 4))
    let filler = hasLong ? firstShort : -1
    if filler >= 0 { place(filler, from: start) }
    for width in hasLong ? Self.widths : Self.widths.dropFirst() {
      for index in own where fields[index].size == width && index != filler {
        place(index, from: start)
      }
    }
    fields.removeLast(own.count)
    vtable[0] = UInt16(vtable.count * 2)
    vtable[1] = UInt16(pool.count - start)
    let number = vtable.withUnsafeBytes { vtables.intern($0, tag: 0) }
    nodes[open.node] = Node(
      start: start, count: pool.count - start, alignment: hasLong ? 8 : 4,
      references: firstReference..<references.count, vtable: number)
    return open.node
  }

  private static let widths: ArraySlice<Int> = [8, 4, 1]

  /// Appends a field to the table that starts at `start` of the pool.
  private mutating func place(_ index: Int, from start: Int) {
    let field = fields[index]
    while (pool.count - start) % field.size != 0 { pool.append(0) }
    let position = pool.count - start
    vtable[field.slot + 2] = UInt16(position)
    if let target = field.target {
      references.append(Reference(position: position, target: target))
    }
    var bits = field.bits
    for _ in 0..<field.size {
      pool.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }
}

/// Reads or writes the fields of a table; `Table.visit` calls one method for each field.
///
/// One concrete type with a mode, not a generic over coders: `visit` bodies are compiled once and
/// run at full speed across modules.
public struct Visitor {
  public let isReading: Bool
  var reader: Reader
  var writer = Writer()

  init(reading bytes: UnsafeRawBufferPointer, limits: ReadLimits) {
    isReading = true
    reader = Reader(bytes, limits: limits)
  }

  init() {
    isReading = false
    reader = Reader(UnsafeRawBufferPointer(start: nil, count: 0), limits: ReadLimits(memory: 0))
  }

  // MARK: Scalars

  @inline(__always)
  private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ slot: Int, _ name: StaticString, _ value: inout T, _ standard: T
  ) {
    guard isReading else {
      if value != standard {
        writer.scalar(slot, UInt64(truncatingIfNeeded: value), MemoryLayout<T>.size)
      }
      return
    }
    value = standard
    guard let position = reader.field(slot) else { return }
    guard reader.has(position, MemoryLayout<T>.size) else {
      return reader.fail(.outOfBounds(what: "the value"), name, at: position)
    }
    value = reader.load(position, as: T.self)
  }

  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Int8, default standard: Int8 = 0
  ) { integer(slot, name, &value, standard) }

  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt8, default standard: UInt8 = 0
  ) { integer(slot, name, &value, standard) }

  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Int32, default standard: Int32 = 0
  ) { integer(slot, name, &value, standard) }

  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt32, default standard: UInt32 = 0
  ) { integer(slot, name, &value, standard) }

  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout UInt64, default standard: UInt64 = 0
  ) { integer(slot, name, &value, standard) }

  /// Any non-zero byte reads as true, as in the official parser.
  public mutating func scalar(
    _ slot: Int, _ name: StaticString, _ value: inout Bool, default standard: Bool = false
  ) {
    var byte: UInt8 = value ? 1 : 0
    integer(slot, name, &byte, standard ? 1 : 0)
    value = byte != 0
  }

  /// A scalar of `size` bytes as its zero-extended bit pattern; floats so keep NaN and −0.
  public mutating func bits(
    _ slot: Int, _ name: StaticString, _ value: inout UInt64, size: Int, default standard: UInt64
  ) {
    switch size {
    case 1:
      var narrow = UInt8(truncatingIfNeeded: value)
      integer(slot, name, &narrow, UInt8(truncatingIfNeeded: standard))
      value = UInt64(narrow)
    case 4:
      var narrow = UInt32(truncatingIfNeeded: value)
      integer(slot, name, &narrow, UInt32(truncatingIfNeeded: standard))
      value = UInt64(narrow)
    default:
      integer(slot, name, &value, standard)
    }
  }

  // MARK: Vectors and strings

  @inline(__always)
  private mutating func elements<T: BitwiseCopyable>(
    _ slot: Int, _ name: StaticString, _ value: inout [T]?, alignment: Int
  ) {
    guard isReading else {
      value?.withUnsafeBytes { writer.vector(slot, $0, MemoryLayout<T>.stride, alignment) }
      return
    }
    value = nil
    let stride = MemoryLayout<T>.stride
    guard let (start, count) = reader.vector(slot, name, stride: stride),
      reader.spend(32 + count * stride, name)
    else { return }
    let source = reader.bytes
    value = [T](unsafeUninitializedCapacity: count) { target, filled in
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source[start..<start + count * stride]))
      filled = count
    }
  }

  public mutating func vector(
    _ slot: Int, _ name: StaticString, _ value: inout [UInt8]?, alignment: Int = 4
  ) { elements(slot, name, &value, alignment: alignment) }

  public mutating func vector(
    _ slot: Int, _ name: StaticString, _ value: inout [UInt16]?, alignment: Int = 4
  ) { elements(slot, name, &value, alignment: alignment) }

  public mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Int32]?) {
    elements(slot, name, &value, alignment: 4)
  }

  public mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [UInt32]?) {
    elements(slot, name, &value, alignment: 4)
  }

  public mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Int64]?) {
    elements(slot, name, &value, alignment: 8)
  }

  public mutating func vector(_ slot: Int, _ name: StaticString, _ value: inout [Float]?) {
    elements(slot, name, &value, alignment: 4)
  }

  public mutating func string(_ slot: Int, _ name: StaticString, _ value: inout Text?) {
    guard isReading else {
      value?.utf8.withUnsafeBytes { writer.string(slot, $0) }
      return
    }
    var utf8: [UInt8]?
    elements(slot, name, &utf8, alignment: 4)
    value = utf8.map(Text.init(utf8:))
  }

  /// A vector of bytes that stays where it is: reading gives its place in the file, writing reserves
  /// room whose position `Layout.blobs` tells.
  public mutating func blob(
    _ slot: Int, _ name: StaticString, _ value: inout Blob?, alignment: Int
  ) {
    guard isReading else {
      if let value { writer.blob(slot, value, alignment) }
      return
    }
    value = reader.vector(slot, name, stride: 1).map { start, count in
      Blob(range: start..<start + count, key: start)
    }
  }

  // MARK: Tables

  // Generic methods are inlinable, so that modules that describe tables specialise them; the work is
  // done by the methods below them, which are compiled once.

  @inlinable
  public mutating func table<T: Table>(_ slot: Int, _ name: StaticString, _ value: inout T?) {
    guard isReading else {
      if value != nil {
        beginTable()
        value?.visit(&self)
        endTable(inField: slot)
      }
      return
    }
    value = nil
    guard openTable(slot, name, MemoryLayout<T>.stride) else { return }
    var table = T()
    table.visit(&self)
    closeTable()
    value = table
  }

  /// A vector of tables. The schema gives an absent vector a meaning of its own in a few places, so
  /// absence of an empty vector is kept as bit `slot` of `absent`.
  @inlinable
  public mutating func tables<T: Table>(
    _ slot: Int, _ name: StaticString, _ value: inout [T], absent: inout UInt16
  ) {
    guard isReading else {
      guard !value.isEmpty || absent & (1 << UInt16(slot)) == 0 else { return }
      beginVector(slot, count: value.count)
      for index in value.indices {
        beginTable()
        value[index].visit(&self)
        endTable(inVectorAt: index)
      }
      endVector()
      return
    }
    value = []
    guard let (start, count) = openVector(slot, name, MemoryLayout<T>.stride) else {
      absent |= 1 << UInt16(slot)
      return
    }
    value.reserveCapacity(count)
    for index in 0..<count {
      guard openElement(start, index, name) else { break }
      var element = T()
      element.visit(&self)
      closeTable()
      value.append(element)
    }
  }

  @usableFromInline mutating func beginTable() { writer.beginTable() }
  @usableFromInline mutating func endTable(inField slot: Int) { writer.endTable(inField: slot) }
  @usableFromInline mutating func endTable(inVectorAt index: Int) {
    writer.endTable(inVectorAt: index)
  }
  @usableFromInline mutating func beginVector(_ slot: Int, count: Int) {
    writer.beginVector(slot, count: count)
  }
  @usableFromInline mutating func endVector() { writer.endVector() }

  /// Makes the table that field `slot` refers to current; false when it is absent.
  @usableFromInline
  mutating func openTable(_ slot: Int, _ name: StaticString, _ memory: Int) -> Bool {
    guard reader.failure == nil, let position = reader.field(slot),
      let target = reader.follow(position, name), reader.spend(memory, name)
    else { return false }
    reader.push(name)
    return reader.open(target, name)
  }

  /// The first offset and the count of a vector of tables; nil when it is absent.
  @usableFromInline
  mutating func openVector(
    _ slot: Int, _ name: StaticString, _ memory: Int
  ) -> (start: Int, count: Int)? {
    guard let vector = reader.vector(slot, name, stride: 4),
      reader.spend(vector.count * memory, name)
    else { return nil }
    return vector
  }

  /// Makes an element of a vector of tables current; false after a failure.
  @usableFromInline
  mutating func openElement(_ start: Int, _ index: Int, _ name: StaticString) -> Bool {
    reader.push(name, index)
    guard reader.failure == nil, let target = reader.follow(start + 4 * index, name) else {
      return false
    }
    return reader.open(target, name)
  }

  /// Ends the current table and returns to the one around it.
  @usableFromInline
  mutating func closeTable() {
    reader.checkUnknownFields()
    reader.close()
    reader.pop()
  }

  /// The value of a union whose member was found in the field before it; `body` visits its fields.
  public mutating func union(
    _ slot: Int, _ name: StaticString, isPresent: Bool, _ body: (inout Visitor) -> Void
  ) -> Bool {
    guard isReading else {
      guard isPresent else { return false }
      writer.beginTable()
      body(&self)
      writer.endTable(inField: slot)
      return true
    }
    guard openTable(slot, name, 64) else { return false }
    body(&self)
    closeTable()
    return true
  }

  /// Refuses the union member `tag`, or notes that it was dropped.
  public mutating func refuseUnionMember(_ slot: Int, _ name: StaticString, tag: UInt8) {
    guard isReading, let position = reader.field(slot) else { return }
    reader.refuse(.unknownUnionMember(tag: Int(tag)), name, at: position)
  }

  mutating func readRoot<T: Table>(_ type: T.Type) -> T? {
    guard let target = reader.follow(0, "root"), reader.spend(MemoryLayout<T>.stride, "root"),
      reader.open(target, "root")
    else { return nil }
    var root = T()
    root.visit(&self)
    reader.checkUnknownFields()
    reader.close()
    return root
  }
}

extension Visitor {
  /// An open enumeration stored as its raw value.
  @inlinable
  public mutating func scalar<E: RawRepresentable>(
    _ slot: Int, _ name: StaticString, _ value: inout E, _ standard: E
  ) where E.RawValue == Int8 {
    var raw = value.rawValue
    scalar(slot, name, &raw, default: standard.rawValue)
    if let open = E(rawValue: raw) { value = open }
  }

  @inlinable
  public mutating func scalar<E: RawRepresentable>(
    _ slot: Int, _ name: StaticString, _ value: inout E, _ standard: E
  ) where E.RawValue == Int32 {
    var raw = value.rawValue
    scalar(slot, name, &raw, default: standard.rawValue)
    if let open = E(rawValue: raw) { value = open }
  }
}

/// Fields that hold tables, vectors of tables and unions.
extension Visitor {
  // Generic methods are inlinable so that modules that describe tables specialise them; the methods
  // below, which do the work, are compiled once.

  @inlinable
  package mutating func table<T: Table>(_ slot: Int, _ name: StaticString, _ value: inout T?) {
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
  package mutating func tables<T: Table>(
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
    return reader.open(target)
  }

  /// Returns the first offset and the count of a vector of tables; nil when it is absent.
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
    guard reader.failure == nil, let target = reader.follow(start + 4 * index, nil) else {
      return false
    }
    return reader.open(target)
  }

  /// Ends the current table and returns to the one around it.
  @usableFromInline
  mutating func closeTable() {
    reader.checkUnknownFields()
    reader.close()
    reader.pop()
  }

  /// The value of a union whose member was found in the field before it; `body` visits its fields.
  package mutating func union(
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
  package mutating func refuseUnionMember(_ slot: Int, _ name: StaticString, tag: UInt8) {
    guard isReading, let position = reader.field(slot) else { return }
    reader.refuse(.unknownUnionMember(tag: Int(tag)), name, at: position)
  }

  mutating func readRoot<T: Table>(_ type: T.Type) -> T? {
    guard let target = reader.follow(0, "root"), reader.spend(MemoryLayout<T>.stride, "root"),
      reader.open(target)
    else { return nil }
    var root = T()
    root.visit(&self)
    reader.checkUnknownFields()
    reader.close()
    return root
  }
}

import Testing

/// A plain walk through a FlatBuffer by the rules of its specification, for judging what we write:
/// it shares no code with the reader.
///
/// Source: "FlatBuffer Internals" of the FlatBuffers documentation.
struct WireFile {
  let bytes: [UInt8]

  func u16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
  func u32(_ at: Int) -> Int { u16(at) | u16(at + 2) << 16 }
  func i32(_ at: Int) -> Int { Int(Int32(truncatingIfNeeded: u32(at))) }

  var identifier: [UInt8] { Array(bytes[4..<8]) }
  var root: WireTable { WireTable(file: self, position: u32(0)) }
}

/// A table of a `WireFile`.
struct WireTable {
  let file: WireFile
  let position: Int

  var vtable: Int { position - file.i32(position) }
  var vtableSize: Int { file.u16(vtable) }
  var tableSize: Int { file.u16(vtable + 2) }
  var slots: Int { vtableSize / 2 - 2 }

  /// Where the field stands; nil when it is absent.
  func field(_ slot: Int) -> Int? {
    guard slot < slots else { return nil }
    let entry = file.u16(vtable + 4 + 2 * slot)
    return entry == 0 ? nil : position + entry
  }

  /// Where the field's offset leads.
  func target(_ slot: Int) -> Int? { field(slot).map { $0 + file.u32($0) } }

  /// The first byte and the count of a vector or string.
  func vector(_ slot: Int) -> (start: Int, count: Int)? {
    target(slot).map { ($0 + 4, file.u32($0)) }
  }

  func table(_ slot: Int) -> WireTable? {
    target(slot).map { WireTable(file: file, position: $0) }
  }

  func tables(_ slot: Int) -> [WireTable] {
    guard let (start, count) = vector(slot) else { return [] }
    return (0..<count).map { index in
      let place = start + 4 * index
      return WireTable(file: file, position: place + file.u32(place))
    }
  }

  func string(_ slot: Int) -> [UInt8]? {
    vector(slot).map { Array(file.bytes[$0.start..<$0.start + $0.count]) }
  }
}

import FlatBuffers

/// LiteRTLMMetaData: the FlatBuffer at the start of a LiteRT-LM file. It is read, and changed in place,
/// but never made anew, so fields that are not known stay as they are.
///
/// Source: `litert_lm_builder` 0.18.1, litertlm_header_schema.
struct LiteRTLMHeader: Table {
  var system: Metadata?
  var sections: Sections?

  mutating func visit(_ v: inout Visitor) {
    v.table(0, "system_metadata", &system)
    v.table(1, "section_metadata", &sections)
  }

  struct Metadata: Table {
    var entries: [Pair] = []
    var absent: UInt16 = 0

    mutating func visit(_ v: inout Visitor) { v.tables(0, "entries", &entries, absent: &absent) }
  }

  struct Sections: Table {
    var objects: [Section] = []
    var absent: UInt16 = 0

    mutating func visit(_ v: inout Visitor) { v.tables(0, "objects", &objects, absent: &absent) }
  }

  struct Section: Table {
    var items: [Pair] = []
    var begin: UInt64 = 0
    var end: UInt64 = 0
    var type: UInt8 = 0
    var absent: UInt16 = 0
    /// Where `begin` and `end` stand in the FlatBuffer.
    var beginPlace: Range<Int>?
    var endPlace: Range<Int>?
    /// Where the other fields stand.
    var otherPlaces: [Range<Int>] = []

    mutating func visit(_ v: inout Visitor) {
      v.tables(0, "items", &items, absent: &absent)
      v.scalar(1, "begin_offset", &begin)
      v.scalar(2, "end_offset", &end)
      v.scalar(3, "data_type", &type)
      beginPlace = v.place(1, "begin_offset", size: 8)
      endPlace = v.place(2, "end_offset", size: 8)
      otherPlaces = [v.place(0, "items", size: 4), v.place(3, "data_type", size: 1)]
        .compactMap(\.self)
    }
  }

  /// KeyValuePair; only strings are decoded.
  struct Pair: Table {
    private static let string: UInt8 = 9

    var key: Text?
    var type: UInt8 = 0
    var value: Text?

    mutating func visit(_ v: inout Visitor) {
      v.string(0, "key", &key)
      v.scalar(1, "value_type", &type)
      guard type == Self.string else { return }
      var text: Text?
      _ = v.union(2, "value", isPresent: false) { $0.string(0, "value", &text) }
      value = text
    }
  }
}

extension [LiteRTLMHeader.Pair] {
  /// The keys with the values that are strings.
  var facts: [(key: String, value: String)] {
    compactMap { pair in
      guard let key = pair.key, let value = pair.value else { return nil }
      return (key.description, value.description)
    }
  }
}

// MARK: Reading

extension LiteRTLMHeader {
  /// The only first number of a version whose layout is known.
  private static let version: UInt32 = 1
  private static let versionPlace = 8
  private static let endPlace = 24
  /// The position of the FlatBuffer.
  static let start = 32
  /// Bytes of decoded tables, and of the header; real ones take some kilobytes.
  private static let memory = 16 << 20

  /// Returns the header and its end.
  static func read(
    _ bytes: UnsafeRawBufferPointer
  ) throws(ContainerFault) -> (header: LiteRTLMHeader, end: Int) {
    guard bytes.count >= start else {
      throw ContainerFault(.headerEnd(UInt64(bytes.count)), at: .byte(bytes.count))
    }
    let version = UInt32(
      littleEndian: bytes.loadUnaligned(fromByteOffset: versionPlace, as: UInt32.self))
    guard version == self.version else {
      throw ContainerFault(.version(version), at: .byte(versionPlace))
    }
    let end = UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: endPlace, as: UInt64.self))
    guard end >= UInt64(start) + 8, end <= UInt64(bytes.count), end <= UInt64(memory) else {
      throw ContainerFault(.headerEnd(end), at: .byte(endPlace))
    }
    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<Int(end)])
    let limits = ReadLimits(memory: memory, dropsUnknown: true, recordsExtents: true)
    let reading: FlatBuffer.Reading<LiteRTLMHeader>
    do throws(ReadFailure) {
      reading = try FlatBuffer.read(LiteRTLMHeader.self, from: part, limits: limits)
    } catch {
      var failure = error
      failure.offset += start
      throw ContainerFault(.header(failure))
    }
    try reading.root.checkPlaces(reading.extents)
    return (reading.root, Int(end))
  }

  /// Throws unless offsets can be changed in place: each stands in one table and nothing else does.
  private func checkPlaces(_ extents: [Extent]) throws(ContainerFault) {
    func fault(_ byte: Int) -> ContainerFault {
      ContainerFault(.sharedBytes, at: .byte(Self.start + byte))
    }
    var parts: [Extent] = []
    for extent in extents.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) where extent != parts.last {
      if let last = parts.last, extent.range.lowerBound < last.range.upperBound {
        throw fault(extent.range.lowerBound)
      }
      parts.append(extent)
    }
    var places: [Range<Int>] = []
    for section in sections?.objects ?? [] {
      places += [section.beginPlace, section.endPlace].compactMap(\.self) + section.otherPlaces
    }
    places.sort { $0.lowerBound < $1.lowerBound }
    var end = 0
    var tables = parts.lazy.filter { $0.field == "table" }.map(\.range).makeIterator()
    var table = tables.next()
    for place in places {
      guard place.lowerBound >= end else { throw fault(place.lowerBound) }
      end = place.upperBound
      while let current = table, current.upperBound <= place.lowerBound { table = tables.next() }
      // The first four bytes of a table lead to its vtable.
      guard let table, table.lowerBound + 4 <= place.lowerBound,
        place.upperBound <= table.upperBound
      else { throw fault(place.lowerBound) }
    }
  }
}

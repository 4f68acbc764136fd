import FlatBuffers

/// A MediaPipe bundle: a ZIP whose entries are stored, so that they can be mapped.
///
/// Source: MediaPipe's `model_asset_bundle_utils`, which pads with zeros before local headers; PKWARE
/// APPNOTE 6.3 for the records.
package struct TaskBundle: ContainerFormat {
  package static let name = "ZIP bundle (.task)"

  private struct Entry {
    let name: String
    /// The local header with name and extra field.
    let header: Range<Int>
    let data: Range<Int>
    /// The position of its record in the directory.
    let record: Int
  }

  /// Positions of fields after the start of a local header.
  private enum Local {
    static let crc32 = 14
    static let sizes = [18, 22]
  }

  /// Positions of fields after the start of a directory's record.
  private enum Record {
    static let crc32 = 16
    static let sizes = [20, 24]
    static let header = 42
  }

  /// Data are aligned to no more than a page.
  private static let mostAlignment = 4096
  /// Models are mapped, and their tensors are 16-aligned within them; runtimes read those of the official
  /// writer too, which aligns to 4.
  private static let modelAlignment = 16

  /// In the order of the directory.
  private let entries: [Entry]
  /// Numbers of entries in the order of their bytes.
  private let order: [Int]
  private let directory: Int
  private let endRecord: Int
  /// Bytes of the whole file.
  private let count: Int
  private let alignment: Int

  /// The official writer puts up to four zeros before the first header, one that aligns to pages more.
  package static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = bytes.prefix(mostAlignment).firstIndex { $0 != 0 } ?? 0
    return bytes[start...].starts(with: "PK\u{3}\u{4}".utf8)
  }

  package init(_ bytes: UnsafeRawBufferPointer) throws(ContainerFault) {
    let tail: ZipTail
    switch ZipTail.examine(bytes) {
    case .success(let found): tail = found
    case .failure(let problem):
      throw ContainerFault(
        .archive(problem), at: problem.entry.map { .section($0, name: nil) } ?? .whole)
    }
    var entries: [Entry] = []
    var names: Set<String> = []
    for (index, record) in tail.records.enumerated() {
      let entry = try Self.entry(index, record, tail.entries[index], ZipRecords(bytes))
      guard names.insert(entry.name).inserted else {
        throw ContainerFault(
          .duplicateName(entry.name), at: .section(index, name: entry.name))
      }
      entries.append(entry)
    }
    self.entries = entries
    order = entries.indices.sorted {
      entries[$0].header.lowerBound < entries[$1].header.lowerBound
    }
    (directory, endRecord, count) = (tail.directory, tail.endRecord, bytes.count)
    alignment = ContainerPadding.alignment(
      of: entries.map(\.data.lowerBound), most: Self.mostAlignment)
    var end = 0
    for index in order {
      try ContainerPadding.check(end..<entries[index].header.lowerBound, of: bytes)
      end = entries[index].data.upperBound
    }
    try ContainerPadding.check(end..<directory, of: bytes)
  }

  /// `ZipTail` has checked the bounds, the order and the name of the local header.
  private static func entry(
    _ index: Int, _ record: Int, _ facts: ZipTail.Entry, _ zip: ZipRecords
  ) throws(ContainerFault) -> Entry {
    let name = String(decoding: facts.name, as: UTF8.self)
    func fault(_ reason: ContainerFault.Reason) -> ContainerFault {
      ContainerFault(reason, at: .section(index, name: name))
    }
    guard facts.isStored else { throw fault(.compressed) }
    let start = facts.localHeaderOffset
    guard let local = zip.local(at: start, before: zip.bytes.count),
      local.data <= zip.bytes.count - facts.compressedSize
    else { throw fault(.archive(.badLocalHeader(entry: index))) }
    guard zip.two(start + 6) & 8 == 0 else { throw fault(.dataDescriptor) }
    guard zip.four(start + 22) == facts.uncompressedSize else {
      throw fault(.differs(field: "size"))
    }
    guard zip.four(start + Local.crc32) == Int(facts.crc32) else {
      throw fault(.differs(field: "CRC-32"))
    }
    return Entry(
      name: name, header: start..<local.data,
      data: local.data..<local.data + facts.compressedSize, record: record)
  }

  package var sections: [ContainerSection] {
    entries.map { ContainerSection(name: $0.name, kind: nil, content: .any, range: $0.data) }
  }

  package var facts: [(key: String, value: String)] { [] }
  package var hasChecksums: Bool { true }

  // MARK: Writing

  package func placement(
    of sections: [ContainerPlacement.Section]
  ) throws(ContainerFault) -> ContainerPlacement {
    let wide = try placement(of: sections, models: max(alignment, Self.modelAlignment))
    // A container does not become larger for what it did not have.
    guard wide.count > count else { return wide }
    return try placement(of: sections, models: alignment)
  }

  /// `models` is the least alignment of changed sections.
  private func placement(
    of sections: [ContainerPlacement.Section], models: Int
  ) throws(ContainerFault) -> ContainerPlacement {
    var ranges = entries.map(\.data)
    // Ends of the entry before, in the file that was read and in the new one.
    var (oldEnd, end) = (0, 0)
    for index in order {
      let (entry, section) = (entries[index], sections[index])
      let least = section.isChanged ? models : alignment
      var start = entry.data.lowerBound
      if end != oldEnd || start % least != 0 {
        start = aligned(end + entry.header.count, least)
      }
      ranges[index] = start..<start + section.count
      (oldEnd, end) = (entry.data.upperBound, start + section.count)
      guard end < Int(UInt32.max) else {
        throw ContainerFault(.tooLarge(end), at: .section(index, name: entry.name))
      }
    }
    let directory = end == oldEnd ? self.directory : end
    guard directory < Int(UInt32.max) else { throw ContainerFault(.tooLarge(directory)) }
    return ContainerPlacement(
      ranges: ranges, count: directory + (count - self.directory))
  }

  package func frame(
    _ bytes: UnsafeRawBufferPointer, _ placement: ContainerPlacement, checksums: [UInt32?]
  ) -> [ContainerPlacement.Part] {
    var parts: [ContainerPlacement.Part] = []
    var tail = [UInt8](bytes[directory...])
    var end = 0
    for index in order {
      let (entry, range) = (entries[index], placement.ranges[index])
      var header = [UInt8](bytes[entry.header])
      let record = entry.record - directory
      if let checksum = checksums[index] {
        header.store(Int(checksum), at: Local.crc32)
        tail.store(Int(checksum), at: record + Record.crc32)
      }
      for position in Local.sizes { header.store(range.count, at: position) }
      for position in Record.sizes { tail.store(range.count, at: record + position) }
      let start = range.lowerBound - header.count
      tail.store(start, at: record + Record.header)
      parts.append(
        .init(position: end, bytes: [UInt8](repeating: 0, count: start - end) + header))
      end = range.upperBound
    }
    let directory = placement.count - tail.count
    tail.store(directory, at: endRecord - self.directory + 16)
    parts.append(
      .init(position: end, bytes: [UInt8](repeating: 0, count: directory - end) + tail))
    return parts
  }
}

extension [UInt8] {
  /// Stores 32 bits, the lowest byte first.
  fileprivate mutating func store(_ value: Int, at position: Int) {
    for byte in 0..<4 { self[position + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
  }
}

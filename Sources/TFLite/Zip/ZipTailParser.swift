/// Finds and checks the parts of a ZIP archive at the end of a file; every read is in bounds.
struct ZipTailParser {
  private struct EndRecord {
    var position: Int
    var entryCount: Int
    var directorySize: Int
    var directoryOffset: Int
  }

  private let file: ZipRecords

  init(_ bytes: UnsafeRawBufferPointer) { file = ZipRecords(bytes) }

  func parse() throws(ZipTailProblem) -> ZipTail {
    try file.atEndRecord(reachingEnd: true, none: .noEndRecord) {
      position throws(ZipTailProblem) in
      try parse(endRecord: position)
    }
  }

  // MARK: End record

  private func parse(endRecord position: Int) throws(ZipTailProblem) -> ZipTail {
    let end = EndRecord(
      position: position, entryCount: file.two(position + 10),
      directorySize: file.four(position + 12),
      directoryOffset: file.four(position + 16))
    guard end.entryCount < 0xFFFF, end.directorySize < 0xFFFF_FFFF,
      end.directoryOffset < 0xFFFF_FFFF,
      position < 20 || file.four(position - 20) != 0x0706_4B50
    else { throw .zip64 }
    guard file.two(position + 4) == 0, file.two(position + 6) == 0,
      file.two(position + 8) == end.entryCount
    else {
      throw .multipleDisks
    }
    guard end.directorySize <= position else { throw .directoryOutOfBounds }
    let directory = position - end.directorySize
    let records = try directoryRecords(directory..<position, count: end.entryCount)
    return try archive(end, records, directory)
  }

  /// Converts the stored offsets, which count from the file, the archive, or a shorter file.
  private func archive(
    _ end: EndRecord, _ records: [ZipRecords.Entry], _ directory: Int
  ) throws(ZipTailProblem) -> ZipTail {
    // The directory's own position gives the origin, unless the tail was moved without its offset.
    let origin = directory - end.directoryOffset
    do throws(ZipTailProblem) {
      return try archive(end, records, directory, origin: origin)
    } catch {
      guard origin != 0, let tail = try? archive(end, records, directory, origin: 0) else {
        throw error
      }
      return tail
    }
  }

  // MARK: Central directory

  private func directoryRecords(
    _ range: Range<Int>, count: Int
  ) throws(ZipTailProblem) -> [ZipRecords.Entry] {
    var records: [ZipRecords.Entry] = []
    var position = range.lowerBound
    for index in 0..<count {
      guard let record = file.entry(at: position, before: range.upperBound) else {
        throw .badDirectory(entry: index)
      }
      guard record.disk == 0 else { throw .multipleDisks }
      try check(record, index)
      records.append(record)
      position = record.end
    }
    guard position == range.upperBound else { throw .badDirectory(entry: count) }
    return records
  }

  private func check(_ record: ZipRecords.Entry, _ entry: Int) throws(ZipTailProblem) {
    let limit = 0xFFFF_FFFF
    guard record.compressedSize < limit, record.uncompressedSize < limit,
      record.headerOffset < limit
    else { throw .zip64 }
    let isStored = record.method == 0
    guard !record.isEncrypted, isStored || record.method == 8 else {
      throw .unsupportedMethod(entry: entry)
    }
    guard !isStored || record.compressedSize == record.uncompressedSize else {
      throw .badDirectory(entry: entry)
    }
  }

  // MARK: Local headers

  private func archive(
    _ end: EndRecord, _ records: [ZipRecords.Entry], _ directory: Int, origin: Int
  ) throws(ZipTailProblem) -> ZipTail {
    var spans: [(range: Range<Int>, entry: Int)] = []
    for (entry, record) in records.enumerated() {
      let range = try localRange(record, entry, origin: origin, before: directory)
      spans.append((range, entry))
    }
    spans.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (span, next) in zip(spans, spans.dropFirst())
    where span.range.upperBound > next.range.lowerBound {
      throw .overlap(entry: span.entry)
    }
    let entries = records.map { record in
      ZipTail.Entry(
        name: [UInt8](UnsafeRawBufferPointer(rebasing: file.bytes[record.name])),
        isStored: record.method == 0, compressedSize: record.compressedSize,
        uncompressedSize: record.uncompressedSize, crc32: record.crc32,
        localHeaderOffset: record.headerOffset + origin)
    }
    return ZipTail(
      entries: entries, records: records.map(\.position), directory: directory,
      endRecord: end.position, fileSize: file.bytes.count)
  }

  /// Returns where the entry's header and data lie, without a data descriptor.
  private func localRange(
    _ record: ZipRecords.Entry, _ entry: Int, origin: Int, before directory: Int
  ) throws(ZipTailProblem) -> Range<Int> {
    let start = record.headerOffset + origin
    guard let local = file.local(at: start, before: directory), local.name.upperBound <= directory,
      file.bytes[local.name].elementsEqual(file.bytes[record.name]),
      file.two(start + 8) == record.method
    else { throw .badLocalHeader(entry: entry) }
    // With a data descriptor the sizes are zero here and follow the data.
    let hasDescriptor = file.two(start + 6) & 8 != 0
    guard hasDescriptor || file.four(start + 18) != 0xFFFF_FFFF else { throw .zip64 }
    guard hasDescriptor || file.four(start + 18) == record.compressedSize else {
      throw .badLocalHeader(entry: entry)
    }
    let end = local.data + record.compressedSize + (hasDescriptor ? 12 : 0)
    guard end <= directory else { throw .overlap(entry: entry) }
    return start..<end
  }
}

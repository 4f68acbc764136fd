/// Finds and checks the parts of a ZIP archive at the end of a file; every read is in bounds.
struct ZipTailParser {
  private struct EndRecord {
    var position: Int
    var entryCount: Int
    var directorySize: Int
    var directoryOffset: Int
  }

  /// A record of the central directory; its header offset is as stored.
  private struct Record {
    var position: Int
    var flags: Int
    var method: Int
    var crc32: UInt32
    var compressedSize: Int
    var uncompressedSize: Int
    var name: Range<Int>
    var headerOffset: Int
  }

  private static let endSize = 22
  private static let longestComment = 0xFFFF
  private static let localSize = 30
  private static let recordSize = 46
  /// A comment full of end records must not make the search quadratic.
  private static let attempts = 8

  private let file: UnsafeRawBufferPointer

  init(_ file: UnsafeRawBufferPointer) { self.file = file }

  func parse() throws(ZipTailProblem) -> ZipTail {
    var problem = ZipTailProblem.noEndRecord
    let first = max(0, file.count - Self.endSize - Self.longestComment)
    var position = file.count - Self.endSize
    var attempts = 0
    while position >= first && attempts < Self.attempts {
      if isEndRecord(position) {
        attempts += 1
        do throws(ZipTailProblem) {
          return try parse(endRecord: position)
        } catch {
          // The comment may contain what looks like an end record; the last one is reported.
          if problem == .noEndRecord { problem = error }
        }
      }
      position -= 1
    }
    throw problem
  }

  // MARK: Loads; the caller has checked the bounds

  private func two(_ position: Int) -> Int {
    Int(UInt16(littleEndian: file.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
  }

  private func four(_ position: Int) -> Int {
    Int(UInt32(littleEndian: file.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
  }

  // MARK: End record

  private func isEndRecord(_ position: Int) -> Bool {
    four(position) == 0x0605_4B50 && position + Self.endSize + two(position + 20) == file.count
  }

  private func parse(endRecord position: Int) throws(ZipTailProblem) -> ZipTail {
    let end = EndRecord(
      position: position, entryCount: two(position + 10), directorySize: four(position + 12),
      directoryOffset: four(position + 16))
    guard end.entryCount < 0xFFFF, end.directorySize < 0xFFFF_FFFF,
      end.directoryOffset < 0xFFFF_FFFF,
      position < 20 || four(position - 20) != 0x0706_4B50
    else { throw .zip64 }
    guard two(position + 4) == 0, two(position + 6) == 0, two(position + 8) == end.entryCount else {
      throw .multipleDisks
    }
    guard end.directorySize <= position else { throw .directoryOutOfBounds }
    let directory = position - end.directorySize
    let records = try directoryRecords(directory..<position, count: end.entryCount)
    return try archive(end, records, directory)
  }

  /// Converts the stored offsets, which count from the file, the archive, or a shorter file.
  private func archive(
    _ end: EndRecord, _ records: [Record], _ directory: Int
  ) throws(ZipTailProblem) -> ZipTail {
    // The directory's own position tells the origin, unless only its offset was left behind.
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
  ) throws(ZipTailProblem) -> [Record] {
    var records: [Record] = []
    var position = range.lowerBound
    for entry in 0..<count {
      guard range.upperBound - position >= Self.recordSize, four(position) == 0x0201_4B50 else {
        throw .badDirectory(entry: entry)
      }
      let name = position + Self.recordSize..<position + Self.recordSize + two(position + 28)
      let next = name.upperBound + two(position + 30) + two(position + 32)
      guard next <= range.upperBound else { throw .badDirectory(entry: entry) }
      guard two(position + 34) == 0 else { throw .multipleDisks }
      let record = Record(
        position: position, flags: two(position + 8), method: two(position + 10),
        crc32: UInt32(four(position + 16)), compressedSize: four(position + 20),
        uncompressedSize: four(position + 24), name: name, headerOffset: four(position + 42))
      try check(record, entry)
      records.append(record)
      position = next
    }
    guard position == range.upperBound else { throw .badDirectory(entry: count) }
    return records
  }

  private func check(_ record: Record, _ entry: Int) throws(ZipTailProblem) {
    let limit = 0xFFFF_FFFF
    guard record.compressedSize < limit, record.uncompressedSize < limit,
      record.headerOffset < limit
    else { throw .zip64 }
    let isEncrypted = record.flags & 1 != 0
    let isStored = record.method == 0
    guard !isEncrypted, isStored || record.method == 8 else {
      throw .unsupportedMethod(entry: entry)
    }
    guard !isStored || record.compressedSize == record.uncompressedSize else {
      throw .badDirectory(entry: entry)
    }
  }

  // MARK: Local headers

  private func archive(
    _ end: EndRecord, _ records: [Record], _ directory: Int, origin: Int
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
        name: [UInt8](UnsafeRawBufferPointer(rebasing: file[record.name])),
        isStored: record.method == 0, compressedSize: record.compressedSize,
        uncompressedSize: record.uncompressedSize, crc32: record.crc32,
        localHeaderOffset: record.headerOffset + origin)
    }
    return ZipTail(
      entries: entries, records: records.map(\.position), directory: directory,
      endRecord: end.position, fileSize: file.count)
  }

  /// Returns where the entry's header and data lie, without a data descriptor.
  private func localRange(
    _ record: Record, _ entry: Int, origin: Int, before directory: Int
  ) throws(ZipTailProblem) -> Range<Int> {
    let start = record.headerOffset + origin
    guard start >= 0, start <= directory - Self.localSize, four(start) == 0x0403_4B50 else {
      throw .badLocalHeader(entry: entry)
    }
    let name = start + Self.localSize
    let nameCount = two(start + 26)
    guard nameCount == record.name.count, nameCount <= directory - name,
      file[name..<name + nameCount].elementsEqual(file[record.name]),
      two(start + 8) == record.method
    else { throw .badLocalHeader(entry: entry) }
    // With a data descriptor the sizes are zero here and follow the data.
    let hasDescriptor = two(start + 6) & 8 != 0
    guard hasDescriptor || four(start + 18) != 0xFFFF_FFFF else { throw .zip64 }
    guard hasDescriptor || four(start + 18) == record.compressedSize else {
      throw .badLocalHeader(entry: entry)
    }
    let descriptor = hasDescriptor ? 12 : 0
    let length = Self.localSize + nameCount + two(start + 28) + record.compressedSize + descriptor
    guard length <= directory - start else { throw .overlap(entry: entry) }
    return start..<start + length
  }
}

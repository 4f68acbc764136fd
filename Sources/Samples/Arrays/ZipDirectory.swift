import TFLite

/// The central directory at the end of a ZIP archive.
///
/// The reader of a model's associated files (`ZipTail`) is stricter, because it must be able to
/// move an archive. This one needs only the directory, but supports 64-bit sizes. Source: PKWARE
/// APPNOTE 6.3, sections 4.3.14, 4.3.15 and 4.5.3.
struct ZipDirectory {
  private(set) var members: [ZipMember] = []
  private let file: ZipRecords

  private static let end64Size = 56
  private static let locatorSize = 20

  init(_ bytes: UnsafeRawBufferPointer) throws(ZipProblem) {
    file = ZipRecords(bytes)
    members = try file.atEndRecord(reachingEnd: false, none: .noDirectory) {
      position throws(ZipProblem) in
      try members(endRecord: position)
    }
  }

  // MARK: Records

  private func members(endRecord: Int) throws(ZipProblem) -> [ZipMember] {
    let end64 = end64Record(before: endRecord)
    let end = end64 ?? endRecord
    let size = end64.map { file.eight($0 + 40) } ?? file.four(endRecord + 12)
    let offset = end64.map { file.eight($0 + 48) } ?? file.four(endRecord + 16)
    guard size <= end else { throw .badDirectory }
    // Offsets count from the archive, which may have something before it.
    let origin = end - size - offset
    guard origin >= 0 else { throw .badDirectory }
    var members: [ZipMember] = []
    var position = end - size
    while position < end {
      guard let entry = file.entry(at: position, before: end) else { throw .badDirectory }
      members.append(try member(entry, origin: origin))
      position = entry.end
    }
    return members
  }

  /// Returns the record that 64-bit archives have before `endRecord`; in most files it is directly
  /// before its locator.
  private func end64Record(before endRecord: Int) -> Int? {
    let locator = endRecord - Self.locatorSize
    guard locator >= Self.end64Size, file.four(locator) == 0x0706_4B50 else { return nil }
    return [locator - Self.end64Size, file.eight(locator + 8)].first {
      $0 <= locator - Self.end64Size && file.four($0) == 0x0606_4B50
    }
  }

  private func member(
    _ entry: ZipRecords.Entry, origin: Int
  ) throws(ZipProblem) -> ZipMember {
    var sizes = [entry.uncompressedSize, entry.compressedSize, entry.headerOffset]
    try replaceLongSizes(&sizes, entry.extra)
    guard sizes[2] <= file.bytes.count - origin else { throw .badDirectory }
    return ZipMember(
      name: String(decoding: file.bytes[entry.name], as: UTF8.self), method: entry.method,
      isEncrypted: entry.isEncrypted, crc32: entry.crc32,
      compressedSize: sizes[1], size: sizes[0], position: sizes[2] + origin)
  }

  /// Replaces sizes that need more than 32 bits with those in the extra field, which has them in
  /// the order of `sizes`.
  private func replaceLongSizes(
    _ sizes: inout [Int], _ extra: Range<Int>
  ) throws(ZipProblem) {
    guard sizes.contains(0xFFFF_FFFF) else { return }
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let end = position + 4 + file.two(position + 2)
      guard end <= extra.upperBound else { throw .badDirectory }
      if file.two(position) == 1 {
        var value = position + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard end - value >= 8 else { throw .badDirectory }
          sizes[index] = file.eight(value)
          value += 8
        }
        return
      }
      position = end
    }
  }
}

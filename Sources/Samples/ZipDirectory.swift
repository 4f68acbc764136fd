/// The central directory at the end of a ZIP archive; every read is in bounds.
///
/// `ZipTailParser` is stricter, because it must be able to move an archive. Reading needs the
/// directory alone, but with 64-bit sizes. Source: PKWARE APPNOTE 6.3, sections 4.3.12, 4.3.14 to
/// 4.3.16 and 4.5.3.
struct ZipDirectory {
  private(set) var members: [ZipMember] = []
  private let file: UnsafeRawBufferPointer

  private static let endSize = 22
  private static let end64Size = 56
  private static let locatorSize = 20
  private static let recordSize = 46
  private static let longestComment = 0xFFFF
  /// A comment full of end records must not make the search quadratic.
  private static let attempts = 8

  init(_ file: UnsafeRawBufferPointer) throws(ZipProblem) {
    self.file = file
    var attempts = 0
    var problem = ZipProblem.noDirectory
    var position = file.count - Self.endSize
    while position >= 0, position >= file.count - Self.endSize - Self.longestComment,
      attempts < Self.attempts
    {
      if four(position) == 0x0605_4B50 {
        attempts += 1
        do throws(ZipProblem) {
          members = try members(endRecord: position)
          return
        } catch {
          // The comment may contain what looks like an end record; the last one is reported.
          if attempts == 1 { problem = error }
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

  /// No file reaches to the numbers that are cut here.
  private func eight(_ position: Int) -> Int {
    Int(
      clamping: UInt64(
        littleEndian: file.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
  }

  // MARK: Records

  private func members(endRecord: Int) throws(ZipProblem) -> [ZipMember] {
    let end64 = end64Record(before: endRecord)
    let end = end64 ?? endRecord
    let size = end64.map { eight($0 + 40) } ?? four(endRecord + 12)
    let offset = end64.map { eight($0 + 48) } ?? four(endRecord + 16)
    guard size <= end else { throw .badDirectory }
    // Offsets count from the archive, which may have something before it.
    let origin = end - size - offset
    guard origin >= 0 else { throw .badDirectory }
    var members: [ZipMember] = []
    var position = end - size
    while position < end {
      guard end - position >= Self.recordSize, four(position) == 0x0201_4B50 else {
        throw .badDirectory
      }
      let name = position + Self.recordSize
      let extra = name + two(position + 28)
      let comment = extra + two(position + 30)
      let next = comment + two(position + 32)
      guard next <= end else { throw .badDirectory }
      members.append(
        try member(position, name: name..<extra, extra: extra..<comment, origin: origin))
      position = next
    }
    return members
  }

  /// The record that 64-bit archives have before `endRecord`, in most files directly before its
  /// locator.
  private func end64Record(before endRecord: Int) -> Int? {
    let locator = endRecord - Self.locatorSize
    guard locator >= Self.end64Size, four(locator) == 0x0706_4B50 else { return nil }
    return [locator - Self.end64Size, eight(locator + 8)].first {
      $0 <= locator - Self.end64Size && four($0) == 0x0606_4B50
    }
  }

  private func member(
    _ record: Int, name: Range<Int>, extra: Range<Int>, origin: Int
  ) throws(ZipProblem) -> ZipMember {
    var sizes = [four(record + 24), four(record + 20), four(record + 42)]
    try replaceLongSizes(&sizes, extra)
    guard sizes[2] <= file.count - origin else { throw .badDirectory }
    return ZipMember(
      name: String(decoding: file[name], as: UTF8.self), method: two(record + 10),
      isEncrypted: two(record + 8) & 1 != 0, crc32: UInt32(four(record + 16)),
      compressedSize: sizes[1], size: sizes[0], position: sizes[2] + origin)
  }

  /// What does not fit into 32 bits stands in an extra field, in the order of `sizes`.
  private func replaceLongSizes(
    _ sizes: inout [Int], _ extra: Range<Int>
  ) throws(ZipProblem) {
    guard sizes.contains(0xFFFF_FFFF) else { return }
    var position = extra.lowerBound
    while extra.upperBound - position >= 4 {
      let end = position + 4 + two(position + 2)
      guard end <= extra.upperBound else { throw .badDirectory }
      if two(position) == 1 {
        var value = position + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard end - value >= 8 else { throw .badDirectory }
          sizes[index] = eight(value)
          value += 8
        }
        return
      }
      position = end
    }
  }
}

/// The records of a ZIP archive at the end of a file, as they stand; every read is in bounds.
///
/// The code that moves an archive (`ZipTailParser`) and the code that only reads one share these
/// records; each decides for itself which archives are valid. Source: PKWARE APPNOTE 6.3, sections
/// 4.3.7, 4.3.12 and 4.3.16.
package struct ZipRecords {
  /// A record of the central directory.
  package struct Entry {
    /// The position of the record in the file, in bytes.
    package let position: Int
    package let isEncrypted: Bool
    /// The compression method, by ZIP's number: 0 is stored, 8 deflated.
    package let method: Int
    package let crc32: UInt32
    package let compressedSize: Int
    package let uncompressedSize: Int
    /// The number of the disk that the data are on.
    package let disk: Int
    /// The stored offset of the local header, in bytes.
    package let headerOffset: Int
    package let name: Range<Int>
    package let extra: Range<Int>
    /// The position of the next record.
    package let end: Int
  }

  package static let endSize = 22
  private static let localSize = 30
  private static let entrySize = 46
  private static let longestComment = 0xFFFF
  /// A comment full of end records must not make the search quadratic.
  private static let attempts = 8

  package let bytes: UnsafeRawBufferPointer

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  // MARK: Loads; the caller has checked the bounds

  package func two(_ position: Int) -> Int {
    Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
  }

  package func four(_ position: Int) -> Int {
    Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
  }

  /// No file reaches to the numbers that are cut here.
  package func eight(_ position: Int) -> Int {
    Int(
      clamping: UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
  }

  // MARK: Records

  /// Returns what `read` makes of the position of the last end record that it does not throw for.
  ///
  /// With `reachingEnd`, only records count whose comment ends where the file does. Throws `none`
  /// if there is no end record, else the problem of the last record that was refused: a comment may
  /// contain bytes that look like an end record.
  package func atEndRecord<Result, Problem: Error>(
    reachingEnd: Bool, none: Problem, _ read: (Int) throws(Problem) -> Result
  ) throws(Problem) -> Result {
    let first = max(0, bytes.count - Self.endSize - Self.longestComment)
    var position = bytes.count - Self.endSize
    var attempts = 0
    var problem = none
    while position >= first, attempts < Self.attempts {
      if four(position) == 0x0605_4B50,
        !reachingEnd || position + Self.endSize + two(position + 20) == bytes.count
      {
        attempts += 1
        do throws(Problem) {
          return try read(position)
        } catch {
          if attempts == 1 { problem = error }
        }
      }
      position -= 1
    }
    throw problem
  }

  /// Returns the directory's record at `position`, or nil if it is cut off at `end` or has no
  /// signature.
  package func entry(at position: Int, before end: Int) -> Entry? {
    guard end - position >= Self.entrySize, four(position) == 0x0201_4B50 else { return nil }
    let name = position + Self.entrySize
    let extra = name + two(position + 28)
    let comment = extra + two(position + 30)
    let next = comment + two(position + 32)
    guard next <= end else { return nil }
    return Entry(
      position: position, isEncrypted: two(position + 8) & 1 != 0, method: two(position + 10),
      crc32: UInt32(four(position + 16)), compressedSize: four(position + 20),
      uncompressedSize: four(position + 24), disk: two(position + 34),
      headerOffset: four(position + 42), name: name..<extra, extra: extra..<comment, end: next)
  }

  /// Returns the name within the local header at `position` and where its data begin, which may lie
  /// behind `end`; nil if no local header stands there before `end`.
  package func local(
    at position: Int, before end: Int
  ) -> (name: Range<Int>, data: Int)? {
    guard position >= 0, position <= end - Self.localSize, four(position) == 0x0403_4B50 else {
      return nil
    }
    let name = position + Self.localSize
    let extra = name + two(position + 26)
    return (name..<extra, extra + two(position + 28))
  }
}

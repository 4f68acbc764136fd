/// The ZIP archive of associated files (labels, vocabularies) that may follow a model in its file.
///
/// Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
package struct ZipTail: Equatable, Sendable {
  package struct Entry: Equatable, Sendable {
    /// The stored name: UTF-8, or the code page of the program that wrote it.
    package let name: [UInt8]
    /// Stored bytes can be read from the file as they are; others are deflated.
    package let isStored: Bool
    package let compressedSize: Int
    package let uncompressedSize: Int
    package let crc32: UInt32
    /// The offset of the local header from the start of the file, whatever the origin of the
    /// archive's own offsets.
    package let localHeaderOffset: Int
  }

  /// The bytes from the first local header to the end of the file.
  ///
  /// Bytes between the model and it are padding, which is not part of the archive.
  package let range: Range<Int>
  /// The entries in the order of the central directory.
  package let entries: [Entry]
  /// File positions of the central directory's records, one for each entry.
  let records: [Int]
  let directory: Int
  let endRecord: Int

  init(entries: [Entry], records: [Int], directory: Int, endRecord: Int, fileSize: Int) {
    let start = entries.lazy.map(\.localHeaderOffset).min() ?? directory
    range = start..<fileSize
    self.entries = entries
    self.records = records
    self.directory = directory
    self.endRecord = endRecord
  }

  /// Returns the archive at the end of the file, or nil if there is none that can be moved.
  package static func find(in file: UnsafeRawBufferPointer) -> ZipTail? {
    try? examine(file).get()
  }

  /// Returns the archive at the end of the file, or why there is none that can be moved.
  package static func examine(_ file: UnsafeRawBufferPointer) -> Result<ZipTail, ZipTailProblem> {
    do throws(ZipTailProblem) {
      return .success(try ZipTailParser(file).parse())
    } catch {
      return .failure(error)
    }
  }

  /// Returns the archive's bytes for a file in which they start at `newStart`.
  ///
  /// Only the offsets in the central directory and the end record change; they count from the start
  /// of the new file. Returns nil if they would not fit into 32 bits, or if `file` is not as long as
  /// the one that was examined.
  package func relocated(file: UnsafeRawBufferPointer, to newStart: Int) -> [UInt8]? {
    guard file.count == range.upperBound, newStart >= 0,
      newStart < Int(UInt32.max) - (directory - range.lowerBound)
    else { return nil }
    var tail = [UInt8](UnsafeRawBufferPointer(rebasing: file[range]))
    let shift = newStart - range.lowerBound
    for (record, entry) in zip(records, entries) {
      Self.store(entry.localHeaderOffset + shift, at: record + 42 - range.lowerBound, in: &tail)
    }
    Self.store(directory + shift, at: endRecord + 16 - range.lowerBound, in: &tail)
    return tail
  }

  private static func store(_ value: Int, at position: Int, in tail: inout [UInt8]) {
    for byte in 0..<4 {
      tail[position + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }
}

import Compression
import TFLite

/// A file within a ZIP archive.
struct ZipMember: Equatable, Sendable {
  /// The path within the archive; UTF-8, as numpy writes it.
  let name: String
  /// The compression method, by ZIP's number.
  let method: Int
  let isEncrypted: Bool
  let crc32: UInt32
  let compressedSize: Int
  let size: Int
  /// The position of the local header in the file, in bytes.
  let position: Int

  private static let checkedAtOnce = 1 << 22

  var isStored: Bool { method == 0 }

  /// Returns the range of the stored or deflated bytes in `file`.
  func range(in file: UnsafeRawBufferPointer) throws(ZipProblem) -> Range<Int> {
    guard !isEncrypted else { throw .encrypted }
    guard isStored || method == 8 else { throw .unsupportedMethod(method) }
    // Sizes are taken from the directory: a streamed archive has none in its local headers.
    guard let start = ZipRecords(file).local(at: position, before: file.count)?.data else {
      throw .badMember
    }
    guard start <= file.count, compressedSize <= file.count - start else { throw .badMember }
    guard !isStored || compressedSize == size else { throw .badMember }
    return start..<start + compressedSize
  }

  /// Compares the checksum with the bytes of a stored member, part by part. `release` gets the
  /// range of each part once it is read.
  func check(
    _ range: Range<Int>, in file: UnsafeRawBufferPointer, release: (Range<Int>) -> Void
  ) throws(ZipProblem) {
    var crc = CRC32()
    var rest = range
    while !rest.isEmpty {
      let part = rest.prefix(Self.checkedAtOnce)
      crc.append(UnsafeRawBufferPointer(rebasing: file[part]))
      release(part)
      rest = part.upperBound..<range.upperBound
    }
    guard crc.value == crc32 else { throw .wrongChecksum }
  }

  /// Passes a deflated member's contents to `receive`, part by part, until it returns false. The
  /// checksum is compared at the end.
  func inflate(
    _ range: Range<Int>, in file: UnsafeRawBufferPointer,
    to receive: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(ZipProblem) {
    var crc = CRC32()
    var count = 0
    do throws(InflateError) {
      try Inflate.stream(UnsafeRawBufferPointer(rebasing: file[range]), maxOutput: size) { part in
        crc.append(part)
        count += part.count
        return receive(part)
      }
    } catch .stopped {
      return
    } catch {
      throw .badDeflate(error)
    }
    guard count == size else { throw .wrongSize(expected: size, found: count) }
    guard crc.value == crc32 else { throw .wrongChecksum }
  }
}

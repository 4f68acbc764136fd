import Compression
import Platform
import TFLite

/// The contents of an archive's member. They are decompressed and checked once, when they are first
/// asked for.
final class MemberContents: Sendable {
  /// A part of a file.
  typealias Place = (file: MappedFile, range: Range<Int>)

  /// The first bytes, enough for a header.
  let head: [UInt8]
  let member: ZipMember
  private let archive: MappedFile
  private let packed: Range<Int>
  private let source: String
  private let place = Mutex<Place?>(nil)

  /// Bytes of the head; numpy refuses headers longer than a sixth of this.
  private static let headSize = 1 << 16
  /// The size, in bytes, above which deflated members are decompressed to a file.
  private static let mostInMemory = 1 << 24

  init(
    _ member: ZipMember, in archive: MappedFile, source: String
  ) throws(SampleFault) {
    self.member = member
    self.archive = archive
    self.source = source
    let range: Range<Int>
    do throws(ZipProblem) {
      range = try member.range(in: archive.bytes)
      head = try Self.head(of: member, range, in: archive.bytes)
    } catch {
      throw .badArchive(source: source, error)
    }
    packed = range
  }

  private static func head(
    of member: ZipMember, _ range: Range<Int>, in file: UnsafeRawBufferPointer
  ) throws(ZipProblem) -> [UInt8] {
    guard !member.isStored else { return [UInt8](file[range.prefix(headSize)]) }
    var head: [UInt8] = []
    try member.inflate(range, in: file) { part in
      head += part.prefix(headSize - head.count)
      return head.count < headSize
    }
    return head
  }

  /// Returns the whole contents, checked.
  func contents() throws(SampleFault) -> Place {
    try place.withLock { (place) throws(SampleFault) in
      if let place { return place }
      let made = try read()
      place = made
      return made
    }
  }

  private func read() throws(SampleFault) -> Place {
    do throws(ZipProblem) {
      if member.isStored {
        try member.check(packed, in: archive.bytes, release: archive.release)
        return (archive, packed)
      }
      return member.size <= Self.mostInMemory ? try inMemory() : try inScratchFile()
    } catch {
      throw .badArchive(source: source, error)
    }
  }

  private func inMemory() throws(ZipProblem) -> Place {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(member.size)
    try member.inflate(packed, in: archive.bytes) { part in
      bytes += part
      return true
    }
    archive.release(packed)
    return (MappedFile(copying: bytes, as: source), bytes.indices)
  }

  private func inScratchFile() throws(ZipProblem) -> Place {
    let scratch = try Self.withRoom { () throws(SystemError) in try ScratchFile() }
    var failure: SystemError?
    try member.inflate(packed, in: archive.bytes) { part in
      failure = scratch.append(part)
      return failure == nil
    }
    if let failure { throw .noRoom(failure) }
    archive.release(packed)
    let file = try Self.withRoom { () throws(SystemError) in try scratch.mapped(as: source) }
    return (file, 0..<member.size)
  }

  private static func withRoom<Result>(
    _ body: () throws(SystemError) -> Result
  ) throws(ZipProblem) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw .noRoom(error)
    }
  }
}

import Compression
import Optimizer
import Platform
import TFLite

extension Emission {
  /// Writes a container as `write` does a model: to a temporary file beside `path`, which is read again
  /// and compared before it is renamed.
  ///
  /// Sections come first. Headers need their checksums, which are those of the bytes on disk, and these
  /// are compared with what was written. `judge` gets the finished temporary file and can refuse it.
  package static func write(
    _ writer: ContainerWriter, to path: String, replacing: Bool, threads: Int,
    judge: (_ temporary: String) throws -> Bool
  ) throws {
    let output = try OutputFile(path: path)
    let stage = ProgressStage("writing")
    defer { stage.end() }
    do {
      guard let temporary = output.temporaryPath else {
        throw VerificationFault(what: "'\(path)' cannot be read back")
      }
      let written = try writer.writeSections(to: output, at: 0)
      try whileSyncing(output) {
        for part in written {
          guard try checksum(of: temporary, in: part.range, threads: threads) == part.checksum
          else { throw VerificationFault(what: "bytes on disk differ from those written") }
        }
      }
      var frames: [ContainerPlacement.Part] = []
      try writer.frames(
        at: 0, crc32: { try crc32(of: temporary, in: $0) },
        write: { part in
          try part.bytes.withUnsafeBytes { try output.write($0, at: part.position) }
          frames.append(part)
        })
      try verify(temporary, against: writer, frames)
      guard try judge(temporary) else { return output.discard() }
      try output.commit(replacing: replacing)
    } catch {
      output.discard()
      throw error
    }
  }

  private static func verify(
    _ path: String, against writer: ContainerWriter, _ frames: [ContainerPlacement.Part]
  ) throws {
    let map = try MappedFile(path: path)
    guard map.bytes.count == writer.count else {
      throw VerificationFault(what: "\(map.bytes.count) bytes on disk, \(writer.count) written")
    }
    for part in frames {
      let range = part.position..<part.position + part.bytes.count
      guard map.bytes[range].elementsEqual(part.bytes) else {
        throw VerificationFault(what: "bytes on disk differ from those written")
      }
    }
    let container: Container?
    do {
      container = try Container(map)
    } catch {
      throw VerificationFault(what: "the written container cannot be read: \(error)")
    }
    guard let container, try writer.hasSameStructure(as: container) else {
      throw VerificationFault(what: "the written container reads as another one")
    }
  }

  private static func crc32(of path: String, in range: Range<Int>) throws -> UInt32 {
    var crc = CRC32()
    try forEachPart(of: path, in: range) { crc.append($0) }
    return crc.value
  }
}

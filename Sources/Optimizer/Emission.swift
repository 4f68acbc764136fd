import Platform
import TFLite

/// What was written does not read back as what was meant.
public struct VerificationFault: Error, Equatable, Sendable {
  public let what: String
}

/// Writes a model so that the file is whole and right, or does not appear at all.
public enum Emission {
  /// Writes to a temporary file beside `path`, reads it again, compares, then gives it its name.
  ///
  /// `judge` sees the finished temporary file (nil for standard output) and can refuse it. Throws
  /// `SystemError`, `VerificationFault`, or what a transform or `judge` throws.
  public static func write(
    _ writer: ModelWriter, to path: String, replacing: Bool,
    judge: (_ temporary: String?) throws -> Bool
  ) throws {
    let output = try OutputFile(path: path)
    do {
      let checksum = try writer.write(to: output)
      if let temporary = output.temporaryPath {
        try verify(temporary, against: writer, checksum)
      }
      guard try judge(output.temporaryPath) else { return output.discard() }
      try output.commit(replacing: replacing)
    } catch {
      output.discard()
      throw error
    }
  }

  /// The bytes on disk are those that were written, and parse as the model that was meant.
  private static func verify(
    _ path: String, against writer: ModelWriter, _ checksum: UInt64
  ) throws {
    let map = try MappedFile(path: path)
    guard map.bytes.count == writer.count else {
      throw VerificationFault(what: "\(map.bytes.count) bytes on disk, \(writer.count) written")
    }
    let file: ModelFile
    do {
      file = try ModelFile(map, maxMemory: Int.max)
    } catch {
      throw VerificationFault(what: "the written file cannot be read: \(error)")
    }
    guard writer.hasSameStructure(as: file.model) else {
      throw VerificationFault(what: "the written file reads as another model")
    }
    var sum = Checksum()
    let step = 8 << 20
    for start in stride(from: 0, to: map.bytes.count, by: step) {
      let end = min(start + step, map.bytes.count)
      sum.append(UnsafeRawBufferPointer(rebasing: map.bytes[start..<end]))
      map.release(start..<end)
    }
    guard sum.final == checksum else {
      throw VerificationFault(what: "bytes on disk differ from those written")
    }
  }

  /// Copies the input's bytes unchanged.
  public static func copy(_ file: ModelFile, to path: String, replacing: Bool) throws {
    let output = try OutputFile(path: path)
    do {
      try output.write(file.bytes)
      try output.commit(replacing: replacing)
    } catch {
      output.discard()
      throw error
    }
  }
}

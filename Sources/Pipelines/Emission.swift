import Optimizer
import Platform
import TFLite

/// The written file does not read back as the intended model.
package struct VerificationFault: Error, Equatable, Sendable {
  package let what: String
}

/// Writes a model so that the file is complete and verified, or does not appear at all.
package enum Emission {
  /// Writes to a temporary file beside `path`, reads it again, compares, then renames it.
  ///
  /// `judge` gets the finished temporary file (nil for standard output) and can refuse it. Throws
  /// `SystemError`, `VerificationFault`, or what a transform or `judge` throws.
  package static func write(
    _ writer: ModelWriter, to path: String, replacing: Bool,
    judge: (_ temporary: String?) throws -> Bool
  ) throws {
    let output = try OutputFile(path: path)
    let stage = ProgressStage("writing")
    defer { stage.end() }
    do {
      let checksum = try writer.write(to: output)
      if let temporary = output.temporaryPath {
        try whileSyncing(output) { try verify(temporary, against: writer, checksum) }
      }
      guard try judge(output.temporaryPath) else { return output.discard() }
      try output.commit(replacing: replacing)
    } catch {
      output.discard()
      throw error
    }
  }

  /// Syncs the data while it is compared: the disk is slow and needs no processor.
  static func whileSyncing(_ output: OutputFile, _ compare: () throws -> Void) throws {
    var results = [Result<Void, any Error>](repeating: .success(()), count: 2)
    try withoutActuallyEscaping(compare) { compare in
      nonisolated(unsafe) let compare = compare
      results.withUnsafeMutableBufferPointer { results in
        nonisolated(unsafe) let results = results
        Threads.forEach(2, limit: 2) { index in
          results[index] = Result {
            if index == 0 { try output.sync() } else { try compare() }
          }
        }
      }
      for result in results { try result.get() }
    }
  }

  /// Throws unless the bytes on disk are those that were written and parse as the intended model.
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
    let range = 0..<map.bytes.count
    guard try self.checksum(of: path, in: range, threads: writer.threads) == checksum else {
      throw VerificationFault(what: "bytes on disk differ from those written")
    }
  }

  /// Bytes that are read from disk at once.
  private static let step = 1 << 18

  /// Returns the checksum of a part of the file, as if it were a file of its own.
  static func checksum(of path: String, in range: Range<Int>, threads: Int) throws -> UInt64 {
    let count = range.count
    let parts = (count + step - 1) / step
    let lanes = max(1, min(threads, parts))
    var results = [Result<UInt64, any Error>](repeating: .success(0), count: lanes)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      Threads.inLanes(lanes) { lane, lanes in
        results[lane] = Result {
          let file = try FileParts(path: path)
          let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 64)
          defer { scratch.deallocate() }
          var sum: UInt64 = 0
          for part in stride(from: lane, to: parts, by: lanes) {
            let position = part * step
            let target = UnsafeMutableRawBufferPointer(
              rebasing: scratch[..<min(step, count - position)])
            try file.read(at: range.lowerBound + position, into: target)
            sum &+= Checksum.share(UnsafeRawBufferPointer(target), at: position)
          }
          return sum
        }
      }
    }
    return try results.reduce(0) { $0 &+ (try $1.get()) }
  }

  /// Passes on the bytes of a part of the file, in order.
  static func forEachPart(
    of path: String, in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let file = try FileParts(path: path)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 64)
    defer { scratch.deallocate() }
    for position in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      let target = UnsafeMutableRawBufferPointer(
        rebasing: scratch[..<min(step, range.upperBound - position)])
      try file.read(at: position, into: target)
      try body(UnsafeRawBufferPointer(target))
    }
  }

  /// Copies the input's bytes unchanged.
  package static func copy(_ file: MappedFile, to path: String, replacing: Bool) throws {
    let output = try OutputFile(path: path)
    do {
      for start in stride(from: 0, to: file.bytes.count, by: 8 << 20) {
        let end = min(start + (8 << 20), file.bytes.count)
        try output.write(UnsafeRawBufferPointer(rebasing: file.bytes[start..<end]))
        file.release(start..<end)
      }
      try output.commit(replacing: replacing)
    } catch {
      output.discard()
      throw error
    }
  }
}

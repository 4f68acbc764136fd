import Compression
import TestSupport
import Testing

@Suite struct InflateTests {
  private func inflate(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    try bytes.withUnsafeBytes { try Inflate.decompress($0, maxOutput: limit) }
  }

  @Test("Streams of zlib's levels and strategies decompress to their input")
  func golden() throws {
    let records = try Recorded.records("deflate.vec", fields: 4)
    #expect(records.count > 60)
    for record in records {
      let name = String(decoding: record[0], as: UTF8.self)
      let output = try inflate(record[3], limit: Int(VectorFile.number(record[1])))
      #expect(output.count == Int(VectorFile.number(record[1])), "\(name)")
      #expect(output.withUnsafeBytes { SHA256.digest(of: $0) } == record[2], "\(name)")
    }
  }

  @Test("Bytes after the last block are not consumed")
  func consumed() throws {
    for record in try Recorded.records("deflate.vec", fields: 4) {
      let padded = record[3] + [UInt8](repeating: 0xAA, count: 20)
      let result = try padded.withUnsafeBytes {
        try Inflate.decompressPrefix(of: $0, maxOutput: 1 << 20)
      }
      #expect(result.consumed == record[3].count)
    }
  }

  @Test("Every truncation fails")
  func truncations() throws {
    for record in try Recorded.records("deflate.vec", fields: 4) where record[3].count < 1500 {
      for count in record[3].indices {
        #expect(throws: InflateError.self) { try inflate(Array(record[3].prefix(count))) }
      }
    }
  }

  @Test("Output beyond the limit is refused")
  func limit() throws {
    for record in try Recorded.records("deflate.vec", fields: 4) {
      let size = Int(VectorFile.number(record[1]))
      guard size > 0 else { continue }
      #expect(throws: InflateError.outputLimit) { try inflate(record[3], limit: size - 1) }
      #expect(throws: InflateError.outputLimit) { try inflate(record[3], limit: 0) }
    }
  }

  @Test("Damaged streams end in bytes or an error, within the limit")
  func bitFlips() throws {
    var source = TestBytes(seed: 5)
    for record in try Recorded.records("deflate.vec", fields: 4) where !record[3].isEmpty {
      for _ in 0..<60 {
        var bytes = record[3]
        for _ in 0...source.below(4) { bytes[source.below(bytes.count)] ^= 1 << source.below(8) }
        let output = try? inflate(bytes, limit: 100_000)
        #expect((output?.count ?? 0) <= 100_000)
      }
    }
    for _ in 0..<20000 {
      let noise = source.noise(source.below(80))
      #expect((try? inflate(noise, limit: 5000))?.count ?? 0 <= 5000)
    }
  }

  @Test(
    "Each kind of damage has its error",
    arguments: [
      ([], .truncated),
      ([0x03], .truncated),
      ([0x07], .badBlockType),
      ([0x01, 0x01, 0x00, 0xFE, 0xFE, 0x41], .badStoredLength),
      ([0x01, 0x02, 0x00, 0xFD, 0xFF, 0x41], .truncated),
      // A fixed block whose first symbol is a match.
      ([0x03, 0x02], .distanceTooFar),
      // 32 distances; code lengths of one bit for all 19 symbols.
      ([0x05, 0x1F, 0x00, 0x00], .badCodeLengths),
      (
        [0x05, 0xE0, 0x93, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x00, 0x00],
        .badCodeLengths
      ),
    ] as [([UInt8], InflateError)])
  func errors(bytes: [UInt8], error: InflateError) {
    #expect(throws: error) { try inflate(bytes) }
  }
}

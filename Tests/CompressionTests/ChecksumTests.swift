import Compression
import TestSupport
import Testing

@Suite struct ChecksumTests {
  @Test("SHA-256 and CRC-32 agree with hashlib and zlib, in one piece and in chunks")
  func golden() throws {
    var source = TestBytes(seed: 6)
    for record in try Recorded.records("checksums.vec", fields: 3) {
      let crc = UInt32(VectorFile.number(record[2]))
      record[0].withUnsafeBytes { bytes in
        #expect(SHA256.digest(of: bytes) == record[1])
        #expect(CRC32.checksum(of: bytes) == crc)
        var hash = SHA256()
        var checksum = CRC32()
        var rest = bytes[...]
        while !rest.isEmpty {
          let chunk = UnsafeRawBufferPointer(rebasing: rest.prefix(1 + source.below(90)))
          hash.append(chunk)
          checksum.append(chunk)
          rest = rest.dropFirst(chunk.count)
        }
        #expect(hash.finish() == record[1])
        #expect(checksum.value == crc)
      }
    }
  }

  @Test("A digest is written as lower-case hexadecimal digits")
  func hexadecimal() {
    #expect(SHA256.hexadecimal([0x00, 0x1F, 0xA0]) == "001fa0")
  }
}

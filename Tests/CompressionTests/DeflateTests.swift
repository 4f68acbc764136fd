import Compression
import TestSupport
import Testing

@Suite struct DeflateTests {
  static let sizes = [0, 1, 2, 3, 257, 258, 259, 32767, 32768, 32769, 65274, 65275, 65535, 65536]

  private func check(_ input: [UInt8], _ level: DeflateLevel) throws {
    let packed = input.withUnsafeBytes { Deflate.compress($0, level: level) }
    let unpacked = try packed.withUnsafeBytes {
      try Inflate.decompressPrefix(of: $0, maxOutput: input.count)
    }
    #expect(unpacked.bytes == input)
    #expect(unpacked.consumed == packed.count)
    #expect(input.withUnsafeBytes { Deflate.size(of: $0, level: level) } == packed.count)
  }

  @Test(
    "What is compressed decompresses to the same bytes", arguments: sizes, DeflateLevel.allCases)
  func roundTrip(size: Int, level: DeflateLevel) throws {
    var source = TestBytes(seed: UInt64(size))
    try check([UInt8](repeating: 0, count: size), level)
    try check(source.noise(size), level)
    try check(source.floats(size), level)
    try check(source.floats(size, zeroShare: 0.6), level)
    for period in [3, 258, 32505, 32506, 32507, 32768] {
      try check(source.periodic(size, period: period), level)
    }
  }

  @Test("Huffman codes that would exceed 15 bits are limited")
  func lengthLimit() throws {
    var source = TestBytes(seed: 1)
    try check(source.skewed(), .six)
  }

  @Test("A stream that spans many windows and blocks survives")
  func longStream() throws {
    var source = TestBytes(seed: 2)
    var input: [UInt8] = []
    for _ in 0..<12 {
      input += source.floats(source.below(60000), zeroShare: 0.5)
      input += source.noise(source.below(60000))
      input += [UInt8](repeating: 7, count: source.below(90000))
    }
    try check(input, .six)
  }

  @Test("The stream does not depend on how the input is cut")
  func chunks() {
    var source = TestBytes(seed: 3)
    let input = source.floats(300_000, zeroShare: 0.6)
    let whole = input.withUnsafeBytes { Deflate.compress($0, level: .six) }
    var encoder = DeflateEncoder(level: .six, keepsOutput: true)
    // The second round checks that the encoder starts anew.
    for _ in 0..<2 {
      input.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let chunk = rest.prefix(source.below(40000))
          encoder.append(UnsafeRawBufferPointer(rebasing: chunk))
          rest = rest.dropFirst(chunk.count)
        }
      }
      let result = encoder.finish()
      #expect(result.bytes == whole)
      #expect(result.count == whole.count)
    }
  }

  @Test("Incompressible input grows by five bytes for each stored block at most")
  func stored() {
    var source = TestBytes(seed: 4)
    let input = source.noise(200_000)
    let size = input.withUnsafeBytes { Deflate.size(of: $0, level: .six) }
    #expect(size <= 200_000 + 5 * (200_000 / 16383 + 1))
  }

  @Test("Sizes are within half a per cent of zlib's at the same level")
  func zlibSizes() throws {
    for record in try Recorded.records("deflate.vec", fields: 4) {
      let name = String(decoding: record[0], as: UTF8.self)
      let level: DeflateLevel? = name.hasSuffix(", 6") ? .six : name.hasSuffix(", 9") ? .nine : nil
      guard let level else { continue }
      let input = try record[3].withUnsafeBytes {
        try Inflate.decompress($0, maxOutput: 1 << 20)
      }
      let size = input.withUnsafeBytes { Deflate.size(of: $0, level: level) }
      #expect(Double(size) <= Double(record[3].count) * 1.005 + 2, "\(name)")
    }
  }
}

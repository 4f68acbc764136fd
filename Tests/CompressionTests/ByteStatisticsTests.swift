import TestSupport
import Testing

@testable import Compression

@Suite struct ByteStatisticsTests {
  static let kinds: [String: ElementKind] = [
    "integer1": .integer(bytes: 1), "integer2": .integer(bytes: 2), "integer4": .integer(bytes: 4),
    "integer8": .integer(bytes: 8), "float16": .float16, "float32": .float32, "float64": .float64,
  ]

  private func isClose(_ first: Double, _ second: UInt64) -> Bool {
    abs(first - Double(bitPattern: second)) < 1e-10
  }

  private func statistics(
    _ kind: ElementKind, _ bytes: [UInt8], limit: Int, chunk: Int
  ) throws -> ByteStatistics {
    var counter = try #require(ByteStatisticsCounter(kind: kind, distinctLimit: limit))
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        let end = min(start + chunk, bytes.count)
        counter.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      }
    }
    return counter.finish()
  }

  @Test("Counts and entropies agree with Python's, wherever elements are cut")
  func golden() throws {
    for record in try Recorded.records("statistics.vec", fields: 7) {
      let name = String(decoding: record[0], as: UTF8.self)
      let kind = try #require(Self.kinds[name])
      let numbers = record[2...].map { VectorFile.number($0) }
      for chunk in [1, 3, 1000, 1 << 20] {
        let found = try statistics(kind, record[1], limit: 1 << 22, chunk: chunk)
        #expect(found.elements == Int(numbers[0]), "\(name)")
        #expect(found.zeros == Int(numbers[1]), "\(name)")
        #expect(found.distinct == Int(numbers[2]), "\(name)")
        #expect(isClose(found.entropyBits, numbers[3]), "\(name)")
        #expect(!found.isEntropyByBytePlane)
      }
    }
  }

  @Test("Too many distinct patterns give the entropy of the byte places instead")
  func distinctLimit() throws {
    for record in try Recorded.records("statistics.vec", fields: 7) {
      let name = String(decoding: record[0], as: UTF8.self)
      let kind = try #require(Self.kinds[name])
      let numbers = record[2...].map { VectorFile.number($0) }
      guard kind.byteCount == 4, numbers[2] > 1 else { continue }
      for limit in [1, 2, Int(numbers[2]) - 1] where limit < Int(numbers[2]) {
        let found = try statistics(kind, record[1], limit: limit, chunk: 999)
        #expect(found.distinct == nil)
        #expect(found.isEntropyByBytePlane)
        #expect(found.zeros == Int(numbers[1]))
        #expect(isClose(found.entropyBits, numbers[4]), "\(name), \(limit)")
      }
      let exact = try statistics(kind, record[1], limit: Int(numbers[2]), chunk: 999)
      #expect(exact.distinct == Int(numbers[2]))
    }
  }

  @Test("The table of distinct patterns grows to its limit")
  func growth() throws {
    let count = ByteStatisticsCounter.distinctLimit
    let words = (0...UInt32(count)).map { $0 &* 977 }
    for (prefix, distinct) in [(count, Optional(count)), (count + 1, nil)] {
      var counter = try #require(ByteStatisticsCounter(kind: .integer(bytes: 4)))
      words.prefix(prefix).withUnsafeBytes { counter.append($0) }
      let found = counter.finish()
      #expect(found.distinct == distinct)
      #expect(found.zeros == 1)
      if distinct != nil { #expect(found.entropyBits == 22) }
    }
  }

  @Test("The bound is the entropy in whole bytes")
  func bound() throws {
    let bytes: [UInt8] = [0, 1, 2, 3, 0, 1, 2, 3, 0]
    let found = try statistics(.integer(bytes: 1), Array(bytes.prefix(8)), limit: 1, chunk: 8)
    #expect(found.entropyBits == 2)
    #expect(found.entropyBound == 2)
    #expect(try statistics(.integer(bytes: 1), bytes, limit: 1, chunk: 8).entropyBound == 3)
    #expect(try statistics(.float32, [], limit: 1, chunk: 1).entropyBound == 0)
  }

  @Test("Other widths have no counter, and a cut element at the end is not counted")
  func widths() throws {
    for width in [-1, 0, 3, 5, 16] {
      #expect(ByteStatisticsCounter(kind: .integer(bytes: width)) == nil)
    }
    #expect(try statistics(.float32, [1, 2, 3, 4, 5, 6], limit: 9, chunk: 2).elements == 1)
  }
}

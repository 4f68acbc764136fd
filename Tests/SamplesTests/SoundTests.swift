import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// Oracle: Python's `wave` wrote the files, numpy the values (`Tools/record-media.py`).
@Suite struct SoundTests {
  @Test func `sound is decoded exactly`() throws {
    for record in try Recorded.records("wav.bin", fields: 4) {
      let name = String(decoding: record[0], as: UTF8.self)
      let sound = try record[1].withUnsafeBytes { try Sound.decode($0) }
      #expect([sound.rate, sound.channels] == Vectors.shape(record[2]), "\(name)")
      #expect(sound.values.withUnsafeBytes { [UInt8]($0) } == record[3], "\(name)")
    }
  }

  @Test func `every prefix and broken files are refused or decoded`() throws {
    var generator = SeededRandom(seed: 5)
    for record in try Recorded.records("wav.bin", fields: 4) {
      let isOpen =
        record[0].elementsEqual("streamed".utf8) || record[0].elementsEqual("extensible".utf8)
      for count in 0..<record[1].count - (isOpen ? record[1].count : 0) {
        #expect(throws: MediaProblem.self) {
          try record[1].prefix(count).withUnsafeBytes { try Sound.decode($0) }
        }
      }
      for _ in 0..<200 {
        var file = record[1]
        generator.mutate(&file)
        _ = try? file.withUnsafeBytes { try Sound.decode($0) }
      }
    }
  }
}

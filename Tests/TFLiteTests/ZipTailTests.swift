import Foundation
import TFLite
import TestSupport
import Testing

@Suite struct ZipTailTests {
  private func bytes(_ name: String) throws -> [UInt8] { try Recorded.bytes("\(name).bin") }

  private func examine(_ bytes: [UInt8]) -> Result<ZipTail, ZipTailProblem> {
    bytes.withUnsafeBytes { ZipTail.examine($0) }
  }

  private func failure(_ bytes: [UInt8]) -> ZipTailProblem? {
    guard case .failure(let problem) = examine(bytes) else { return nil }
    return problem
  }

  /// Where the archive starts in each recorded file.
  static let starts = [
    "appended": 100, "concatenated": 100, "stale": 37, "comment": 100, "descriptors": 100,
    "padded": 128,
  ]

  @Test("Archives are found wherever their offsets count from", arguments: starts)
  func found(name: String, start: Int) throws {
    let file = try bytes(name)
    let tail = try #require(file.withUnsafeBytes { ZipTail.find(in: $0) })
    #expect(tail.range == start..<file.count)
    let names = tail.entries.map { String(decoding: $0.name, as: UTF8.self) }
    #expect(names == ["labels.txt", "vocab/größe.txt", "empty"])
    #expect(tail.entries.map(\.isStored) == [true, false, true])
    #expect(tail.entries.map(\.uncompressedSize) == [8, 1000, 0])
    #expect(tail.entries.map(\.crc32) == [0xF122_9021, 0x6A7F_83BC, 0])
    #expect(tail.entries.map(\.localHeaderOffset).min() == start)
    for entry in tail.entries {
      let header = entry.localHeaderOffset
      #expect(Array(file[header..<header + 4]) == [0x50, 0x4B, 3, 4])
    }
  }

  @Test("A moved archive has offsets from the start of its new file", arguments: starts)
  func moved(name: String, start: Int) throws {
    let file = try bytes(name)
    let tail = try #require(file.withUnsafeBytes { ZipTail.find(in: $0) })
    for newStart in [0, 1, 64, 100_000] {
      let moved = try #require(file.withUnsafeBytes { tail.relocated(file: $0, to: newStart) })
      #expect(moved.count == tail.range.count)
      let newFile = [UInt8](repeating: 1, count: newStart) + moved
      let found = try #require(newFile.withUnsafeBytes { ZipTail.find(in: $0) })
      #expect(found.range == newStart..<newFile.count)
      #expect(found.entries.map(\.name) == tail.entries.map(\.name))
      // Moving it back must reproduce what zipfile writes when it appends.
      let back = try #require(newFile.withUnsafeBytes { found.relocated(file: $0, to: 100) })
      let original = file.withUnsafeBytes { tail.relocated(file: $0, to: 100) }
      #expect(back == original)
    }
  }

  @Test("Moving to where zipfile appended changes nothing")
  func identity() throws {
    for name in ["appended", "comment"] {
      let file = try bytes(name)
      let tail = try #require(file.withUnsafeBytes { ZipTail.find(in: $0) })
      #expect(file.withUnsafeBytes { tail.relocated(file: $0, to: 100) } == Array(file[100...]))
    }
  }

  @Test("An archive without entries is its end record")
  func empty() throws {
    let tail = try examine(try bytes("empty")).get()
    #expect(tail.range == 100..<122)
    #expect(tail.entries.isEmpty)
  }

  @Test(
    "What cannot be moved is reported",
    arguments: [
      "none": .noEndRecord, "zip64-entry": .zip64, "zip64-locator": .zip64,
      "bzip2": .unsupportedMethod(entry: 0),
    ] as [String: ZipTailProblem])
  func problems(name: String, problem: ZipTailProblem) throws {
    #expect(failure(try bytes(name)) == problem)
  }

  @Test("A byte after the archive means that there is none")
  func trailing() throws {
    #expect(failure(try bytes("appended") + [0]) == .noEndRecord)
  }

  @Test("Inconsistent records are reported")
  func inconsistencies() throws {
    let file = try bytes("appended")
    let end = file.count - 22
    func changed(_ position: Int, _ value: UInt8) -> ZipTailProblem? {
      var copy = file
      copy[position] = value
      return failure(copy)
    }
    let tail = try examine(file).get()
    let directory = Int(file[end + 16]) | Int(file[end + 17]) << 8
    #expect(changed(end + 4, 1) == .multipleDisks)
    #expect(changed(end + 8, 2) == .multipleDisks)
    #expect(changed(end + 15, 1) == .directoryOutOfBounds)
    #expect(changed(end + 12, file[end + 12] - 1) == .badDirectory(entry: 0))
    #expect(changed(directory, 0) == .badDirectory(entry: 0))
    #expect(changed(directory + 8, file[directory + 8] | 1) == .unsupportedMethod(entry: 0))
    #expect(changed(directory + 42, 101) == .badLocalHeader(entry: 0))
    #expect(changed(tail.entries[0].localHeaderOffset + 30, 0x7A) == .badLocalHeader(entry: 0))
    #expect(changed(tail.entries[0].localHeaderOffset + 29, 0xFF) == .overlap(entry: 0))
  }

  @Test("An archive is not moved beyond 4 GiB or out of another file")
  func limits() throws {
    let file = try bytes("appended")
    let tail = try examine(file).get()
    file.withUnsafeBytes { file in
      #expect(tail.relocated(file: file, to: Int(UInt32.max)) == nil)
      #expect(tail.relocated(file: file, to: -1) == nil)
      let shorter = UnsafeRawBufferPointer(rebasing: file.dropLast())
      #expect(tail.relocated(file: shorter, to: 0) == nil)
    }
  }

  @Test("Damaged files never trap, and what is found can be moved")
  func damage() throws {
    var state: UInt64 = 7
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    for name in Self.starts.keys.sorted() + ["empty", "zip64-entry", "bzip2"] {
      let file = try bytes(name)
      for count in file.indices { _ = examine(Array(file.prefix(count))) }
      for count in file.indices { _ = examine(Array(file.suffix(count))) }
      for _ in 0..<3000 {
        var copy = file
        for _ in 0...random(3) { copy[random(copy.count)] = UInt8(random(256)) }
        guard let tail = try? examine(copy).get() else { continue }
        let moved = copy.withUnsafeBytes { tail.relocated(file: $0, to: 12345) }
        #expect(moved?.count == tail.range.count)
      }
    }
  }
}

import FlatBuffers
import Foundation
import TestSupport
import Testing

@testable import TFLite

/// A written file is read by a reader that LiteRT's schema parser judges (`ModelReadingTests`), so
/// its dump must equal what that parser said of the input.
@Suite struct ModelWritingTests {
  @Test(
    "Writing and reading gives what the official parser saw in the input",
    arguments: Fixtures.names + ModelFiles.recorded)
  func rewritten(name: String) throws {
    let file = try ModelFiles.open(name)
    let writer = ModelWriter(file.model, of: file)
    let golden = try ModelFiles.goldenDump(name)
    try ModelFiles.written(writer) { again, bytes in
      #expect(again.dump == golden)
      #expect(bytes.count == writer.count)
      #expect(writer.hasSameStructure(as: again.model))
      #expect(again.dropped.isEmpty)
    }
  }

  @Test("A second rewrite changes no byte", arguments: Fixtures.names)
  func stable(name: String) throws {
    let file = try ModelFiles.open(name)
    try ModelFiles.written(ModelWriter(file.model, of: file)) { once, bytes in
      try ModelFiles.written(ModelWriter(once.model, of: once)) { _, again in
        #expect(again == bytes)
      }
    }
  }

  @Test("The number of threads changes no byte", arguments: ["digits_with_labels", "lstm_while"])
  func threads(name: String) throws {
    let file = try ModelFiles.open(name)
    let one = try ModelFiles.written(ModelWriter(file.model, of: file, threads: 1)) { $1 }
    let three = try ModelFiles.written(ModelWriter(file.model, of: file, threads: 3)) { $1 }
    #expect(one == three)
  }

  @Test(
    "A rewritten file is no larger than the official converter's", arguments: Fixtures.names)
  func size(name: String) throws {
    let file = try ModelFiles.open(name)
    #expect(ModelWriter(file.model, of: file).count <= file.bytes.count)
  }

  @Test("Tensor data begins at multiples of 16", arguments: Fixtures.names)
  func alignment(name: String) throws {
    let file = try ModelFiles.open(name)
    try ModelFiles.written(ModelWriter(file.model, of: file)) { again, _ in
      for buffer in again.model.buffers {
        if case .file(let range)? = buffer.data { #expect(range.lowerBound % 16 == 0) }
      }
    }
  }

  @Test func `The ZIP of associated files moves with the model and unzips`() throws {
    let file = try ModelFiles.open("digits_with_labels")
    guard case .zip(let before) = file.tail else {
      Issue.record("no ZIP in the fixture")
      return
    }
    var smaller = file.model
    smaller.description = nil
    smaller.buffers[smaller.buffers.count - 1].data = .bytes([1, 2, 3])
    try ModelFiles.written(ModelWriter(smaller, of: file)) { again, bytes in
      guard case .zip(let after) = again.tail else {
        Issue.record("the ZIP is lost")
        return
      }
      #expect(after.entries.map(\.name) == before.entries.map(\.name))
      #expect(after.entries.map(\.crc32) == before.entries.map(\.crc32))
      #expect(after.range.upperBound == bytes.count)
      // From Tools/make_fixtures_derived.py; stored, so the text stands as it is.
      let labels = "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine"
      let entry = try #require(after.entries.first { $0.name == Array("labels.txt".utf8) })
      let start = entry.localHeaderOffset + 30 + entry.name.count
      #expect(Array(bytes[start..<start + labels.utf8.count]) == Array(labels.utf8))
      #expect(Array(bytes[entry.localHeaderOffset..<start].prefix(4)) == [0x50, 0x4B, 3, 4])
    }
  }

  @Test func `Data outside the FlatBuffer comes inside with the same bytes`() throws {
    let file = try ModelFiles.open("external_buffers")
    let plain = try ModelFiles.open("digits_cnn")
    try ModelFiles.written(ModelWriter(file.model, of: file)) { again, _ in
      #expect(again.model.buffers.allSatisfy { $0.offset == 0 && $0.size == 0 })
      // The fixture is digits_cnn with its larger buffers moved out.
      for (moved, original) in zip(again.model.buffers, plain.model.buffers) {
        let (inside, expected) = (try again.content(moved.data), try plain.content(original.data))
        #expect(inside == expected)
      }
      #expect(again.structureEnd <= again.bytes.count)
    }
  }

  @Test func `Equal buffers are stored once and stay apart in the model`() throws {
    let file = try ModelFiles.open("digits_cnn")
    var model = file.model
    let same = [UInt8](repeating: 77, count: 5000)
    let before = ModelWriter(model, of: file).count
    let first = model.append(.bytes(same))
    let second = model.append(.bytes(same))
    #expect(ModelWriter(model, of: file).count < before + 5200)
    try ModelFiles.written(ModelWriter(model, of: file)) { again, _ in
      #expect(again.model.buffers[Int(first)].data == again.model.buffers[Int(second)].data)
      #expect(again.model.buffers.count == model.buffers.count)
    }
  }

  @Test func `Absent and empty data stay what they are`() throws {
    let file = try ModelFiles.open("every_table")
    #expect(file.model.buffers[0].data == nil)
    #expect(file.model.buffers[2].data?.count == 0)
    try ModelFiles.written(ModelWriter(file.model, of: file)) { again, _ in
      #expect(again.model.buffers[0].data == nil)
      #expect(again.model.buffers[2].data?.count == 0)
    }
  }

  @Test func `Bytes of unknown kind behind the model stay at their place in a rewrite`() throws {
    let workspace = try Workspace()
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ModelFiles.path("huge_values"))))
    bytes += [UInt8](repeating: 0, count: 4096 - bytes.count % 4096)
    let position = bytes.count
    let program = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
    bytes += program
    let path = try workspace.write(bytes, to: "compiled.tflite")
    let file = try ModelFile(openMap(path))
    try ModelFiles.written(ModelWriter(file.model, of: file)) { again, bytes in
      #expect(Array(bytes[position..<position + 1000]) == program)
      #expect(bytes.count == position + 1000)
    }
  }
}

import FlatBuffers
import Foundation
import Testing

@testable import TFLite

/// The layout of models above 2 GB, made small with `outside: true`. The rules of LiteRT's schema
/// judge it: data at 16-aligned absolute offsets behind the FlatBuffer, 16 bytes after the last.
@Suite struct OutsideLayoutTests {
  static let names = [
    "digits_cnn", "digits_with_labels", "sparse_densify", "lstm_while", "every_table",
    "external_buffers",
  ]

  @Test("Data stands behind the FlatBuffer, aligned, with room after it", arguments: names)
  func layout(name: String) throws {
    let file = try ModelFiles.open(name)
    let writer = ModelWriter(file.model, of: file, outside: true)
    try ModelFiles.written(writer) { again, bytes in
      let raw = try rawBuffers(bytes)
      #expect(raw.count == file.model.buffers.count)
      let structure = again.structureEnd
      var last = structure
      for (index, buffer) in raw.enumerated() {
        let size = file.model.buffers[index].data?.count ?? 0
        #expect((buffer.offset > 1) == (size >= 1024), "buffers[\(index)]")
        guard buffer.offset > 1 else { continue }
        #expect(buffer.offset % 16 == 0)
        #expect(Int(buffer.offset) >= structure)
        #expect(Int(buffer.size) == size)
        last = max(last, Int(buffer.offset + buffer.size))
      }
      let tail = again.tail.range?.lowerBound ?? bytes.count
      if last > structure { #expect(last + 16 <= tail) }
    }
  }

  @Test("Every value resolves to the same bytes", arguments: names)
  func values(name: String) throws {
    let file = try ModelFiles.open(name)
    let golden = try ModelFiles.goldenDump(name)
    try ModelFiles.written(ModelWriter(file.model, of: file, outside: true)) { again, _ in
      #expect(again.dump == golden)
    }
  }

  @Test func `Shared data is placed outside once`() throws {
    let file = try ModelFiles.open("digits_cnn")
    var model = file.model
    let bytes = [UInt8](repeating: 5, count: 3000)
    let (first, second) = (model.append(.bytes(bytes)), model.append(.bytes(bytes)))
    try ModelFiles.written(ModelWriter(model, of: file, outside: true)) { _, written in
      let raw = try rawBuffers(written)
      #expect(raw[Int(first)].offset == raw[Int(second)].offset)
      #expect(raw[Int(first)].offset > 1)
    }
  }

  @Test func `Custom options outside the FlatBuffer stay outside with their bytes`() throws {
    let file = try ModelFiles.open("every_table")
    for outside in [false, true] {
      try ModelFiles.written(ModelWriter(file.model, of: file, outside: outside)) { again, bytes in
        let range = try #require(again.model.subgraphs[0].operators[1].largeCustomOptions)
        #expect(Array(bytes[range]) == Array(0..<37))
        #expect(range.lowerBound >= again.structureEnd && range.lowerBound % 16 == 0)
      }
    }
  }

  /// `offset` and `size` of each buffer as the file holds them.
  private func rawBuffers(_ bytes: [UInt8]) throws -> [Buffer] {
    try bytes.withUnsafeBytes {
      try FlatBuffer.read(Model.self, from: $0, limits: ReadLimits(memory: 1 << 26)).root.buffers
    }
  }
}

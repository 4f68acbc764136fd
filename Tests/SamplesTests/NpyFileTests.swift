import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// Oracle: numpy wrote the files and their contents (`Tools/record-samples.py`).
@Suite struct NpyFileTests {
  static let files: [[[UInt8]]] = (try? Recorded.records("npy.bin", fields: 6)) ?? []

  @Test func `arrays are what numpy saved, in every type, order and version`() throws {
    #expect(Self.files.count > 100)
    for fields in Self.files {
      let name = String(decoding: fields[0], as: UTF8.self)
      let array = try NpyFile.parse(fields[1])
      #expect(try array == Vectors.array(fields[2...4]), "\(name)")
    }
  }

  @Test func `arrays are written as numpy writes them, byte by byte`() throws {
    for fields in Self.files {
      let array = try Vectors.array(fields[2...4])
      let name = String(decoding: fields[0], as: UTF8.self)
      #expect(try NpyFile.bytes(of: array) == fields[5], "\(name)")
    }
  }

  @Test func `every part along the first axis is a part of the whole`() throws {
    for fields in Self.files where !fields[3].isEmpty {
      let whole = try Vectors.array(fields[2...4])
      guard whole.type != .string, let first = whole.shape.first, first > 0 else { continue }
      let size = whole.bytes.count / first
      try fields[1].withUnsafeBytes { bytes in
        let elements = NpyElements(try NpyHeader(bytes), in: bytes)
        for index in 0..<first {
          let part = try elements.part(index)
          #expect(part.shape == Array(whole.shape.dropFirst()))
          #expect(part.bytes == Array(whole.bytes[index * size..<(index + 1) * size]))
        }
      }
    }
  }

  @Test(arguments: [
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", NpyProblem.objects),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", .structured),
    ("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,), }", .structured),
    ("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }", .unsupportedType("<M8[s]")),
    ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", .unsupportedType("<f16")),
    ("{'descr': '|V2', 'fortran_order': False, 'shape': (1,), }", .unsupportedType("|V2")),
    ("{'descr': '|S0', 'fortran_order': False, 'shape': (1,), }", .unsupportedType("|S0")),
    (
      "{'descr': '<U4294967297', 'fortran_order': False, 'shape': (1,), }",
      .unsupportedType("<U4294967297")
    ),
    ("{'descr': '', 'fortran_order': False, 'shape': (1,), }", .unsupportedType("")),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", .badHeader),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,), }", .badHeader),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", .badHeader),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1", .badHeader),
    ("{'descr': '<f4', 'fortran_order': False, }", .badHeader),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", .badHeader),
    ("{'descr': '<f4', 'order': False, 'shape': (1,), }", .badHeader),
    ("{'descr': '<f4' 'fortran_order': False, 'shape': (1,), }", .badHeader),
    ("", .badHeader),
    (
      "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}",
      .tooLarge(shape: [4_294_967_296, 4_294_967_296, 0])
    ),
    (
      "{'descr': '<f8', 'fortran_order': True, 'shape': (1000000000000,)}",
      .dataCutOff(expected: 8_000_000_000_000, found: 8)
    ),
  ])
  func `bad headers are told apart`(text: String, problem: NpyProblem) {
    let count = UInt16(text.utf8.count)
    let head = NpyHeader.signature + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)]
    let bytes = head + Array(text.utf8) + [UInt8](repeating: 1, count: 8)
    #expect(throws: SampleFault.badArray(source: "the npy data", problem)) {
      try NpyFile.parse(bytes)
    }
  }

  @Test func `bad beginnings are told apart`() {
    func problem(_ bytes: [UInt8]) -> SampleFault? {
      do {
        _ = try NpyFile.parse(bytes)
        return nil
      } catch {
        return error as? SampleFault
      }
    }
    #expect(problem([]) == .badArray(source: "the npy data", .notNpy))
    #expect(problem(Array("PK\u{3}\u{4}".utf8)) == .badArray(source: "the npy data", .notNpy))
    let signature = NpyHeader.signature
    #expect(problem(signature + [1]) == .badArray(source: "the npy data", .headerCutOff))
    #expect(problem(signature + [4, 0]) == .badArray(source: "the npy data", .unknownVersion(4)))
    #expect(
      problem(signature + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF])
        == .badArray(source: "the npy data", .headerCutOff))
  }

  @Test func `text that is not Unicode is refused`() throws {
    let text = "{'descr': '<U1', 'fortran_order': False, 'shape': (2,)}"
    let head = NpyHeader.signature + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    #expect(throws: SampleFault.badArray(source: "the npy data", .badText(element: 1))) {
      try NpyFile.parse(head + [0x41, 0, 0, 0, 0, 0xD8, 0, 0])
    }
  }

  @Test func `types that numpy has not are not written`() {
    for type in [TensorType.int4, .bfloat16, .uint4, .resource, .float8E5M2] {
      #expect(throws: SampleFault.unwritableType(type)) {
        try NpyFile.bytes(of: DenseArray(type, shape: [2], bytes: [0, 0, 0, 0]))
      }
    }
    for bytes: [UInt8] in [[], [1, 0, 0, 0], [1, 0, 0, 0, 12, 0, 0, 0, 13, 0, 0, 0]] {
      #expect(throws: SampleFault.badText) {
        try NpyFile.bytes(of: DenseArray(.string, shape: [1], bytes: bytes))
      }
    }
  }

  @Test func `files that are cut off or mutated never trap`() throws {
    var generator = SeededRandom(seed: 7)
    for (index, fields) in Self.files.enumerated() {
      let file = fields[1]
      if index % 9 == 0 {
        for count in file.indices {
          let isWhole = (try? NpyFile.parse(Array(file.prefix(count)))) != nil
          #expect(!isWhole || fields[4].isEmpty || count > 10 + fields[4].count)
        }
      }
      for _ in 0..<1000 {
        var broken = file
        generator.mutate(&broken)
        _ = try? NpyFile.parse(broken)
      }
    }
  }
}

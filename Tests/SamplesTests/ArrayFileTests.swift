import Platform
import TFLite
import TestSupport
import Testing

@testable import Samples

/// Oracle: numpy and Python's zipfile wrote the archives (`Tools/record-samples.py`).
@Suite struct ArrayFileTests {
  static let archives: [[[UInt8]]] = (try? Recorded.records("archives.bin", fields: 2)) ?? []

  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func members() throws -> [(name: String, array: DenseArray)] {
    try Recorded.records("members.bin", fields: 4).map {
      (String(decoding: $0[0], as: UTF8.self), try Vectors.array($0[1...]))
    }
  }

  @Test func `archives hold the arrays that numpy put there`() throws {
    let members = try members()
    #expect(Self.archives.count == 11)
    for fields in Self.archives {
      let name = String(decoding: fields[0], as: UTF8.self)
      let file = try ArrayFile(path: workspace.write(fields[1], to: "a.npz"))
      #expect(file.names == members.map(\.name), "\(name)")
      for member in members {
        #expect(try file.array(named: member.name) == member.array, "\(name) \(member.name)")
      }
    }
  }

  @Test func `one array of an archive is named after a colon`() throws {
    let path = try workspace.write(Self.archives[0][1], to: "a.NPZ")
    let file = try ArrayFile(path: "\(path):a/b")
    #expect(file.names == ["a/b"])
    #expect(file.path == path)
    #expect(try file.array(named: "a/b") == members()[3].array)
    let names = ["x", "y", "labels", "a/b"]
    #expect(throws: SampleFault.noArray("z", path: path, names: names)) {
      try ArrayFile(path: "\(path):z")
    }
    #expect(throws: SampleFault.noArray("x", path: path, names: ["a/b"])) {
      try file.array(named: "x")
    }
  }

  @Test func `an npy file has one array of its name`() throws {
    let file = try ArrayFile(path: workspace.write(.ramp([2, 3]), to: "in.1.npy"))
    #expect(file.names == ["in.1"])
    #expect(try file.array(named: "in.1") == .ramp([2, 3]))
  }

  @Test func `of two members with one name the last counts`() throws {
    let path = try workspace.write(
      [("x", .ramp([1])), ("y", .ramp([2])), ("x", .ramp([3]))], to: "a.npz")
    let file = try ArrayFile(path: path)
    #expect(file.names == ["y", "x"])
    #expect(try file.array(named: "x").shape == [3])
  }

  @Test func `methods other than deflate are refused by name`() throws {
    for (record, method) in zip(try Recorded.records("unsupported.bin", fields: 2), [12, 14]) {
      let path = try workspace.write(record[1], to: "a.npz")
      let fault = SampleFault.badArchive(source: "\(path):x", .unsupportedMethod(method))
      let file = try ArrayFile(path: path)
      #expect(throws: fault) { try file.array(named: "x") }
    }
  }

  @Test func `damage to an array is found by its checksum`() throws {
    var bytes = Archive.bytes([("x.npy", try NpyFile.bytes(of: .ramp([8])))])
    let data = 30 + "x.npy".utf8.count
    bytes[data + 130] ^= 1
    var path = try workspace.write(bytes, to: "a.npz")
    #expect(throws: SampleFault.badArchive(source: "\(path):x", .wrongChecksum)) {
      try ArrayFile(path: path).array(named: "x")
    }
    let directory = data + 160
    bytes[directory + 8] |= 1
    path = try workspace.write(bytes, to: "a.npz")
    #expect(throws: SampleFault.badArchive(source: "\(path):x", .encrypted)) {
      try ArrayFile(path: path).array(named: "x")
    }
  }

  @Test func `large deflated arrays are read part by part from a file without a name`() throws {
    let (count, size) = (9, 1 << 19)
    let array = DenseArray.floats(
      unitValues(count * size, seed: 3).map { ($0 * 16).rounded() }, [count, size])
    let contents = try NpyFile.bytes(of: array)
    let path = try workspace.write(
      Archive.bytes([("x.npy", contents)], deflated: true), to: "a.npz")
    let stored = try ArrayFile(path: path).stored(named: "x")
    for index in [8, 0, 5] {
      let part = array.bytes[index * size * 4..<(index + 1) * size * 4]
      #expect(try stored.part(index) == DenseArray(.float32, shape: [size], bytes: Array(part)))
    }
    #expect(try stored.whole() == array)
  }

  @Test func `an array of a wrong shape or type is refused before it is decompressed`() throws {
    // The checksum, which is the fault of what was read, is wrong too.
    var bytes = Archive.bytes([("x.npy", try NpyFile.bytes(of: .ramp([80_000])))], deflated: true)
    let directory = try #require(bytes.lastIndex(of: 0x50).map { $0 - 51 })
    #expect(bytes[directory..<directory + 4].elementsEqual([0x50, 0x4B, 1, 2]))
    bytes[directory + 16] ^= 1
    let path = try workspace.write(bytes, to: "a.npz")
    let source = "\(path):x"
    let input = SampleInput(name: "in", type: .float32, shape: [1, 3])
    #expect(throws: SampleFault.wrongShape(input, source: source, found: [80_000])) {
      try SampleSet(path: path, inputs: [input])
    }
    let texts = SampleInput(name: "in", type: .string, shape: [80_000])
    #expect(throws: SampleFault.wrongType(texts, source: source, found: .float32)) {
      try SampleSet(path: path, inputs: [texts])
    }
    let fitting = SampleInput(name: "in", type: .float32, shape: [80_000])
    #expect(throws: SampleFault.badArchive(source: source, .wrongChecksum)) {
      try SampleSet(path: path, inputs: [fitting]).sample(at: 0)
    }
  }

  @Test func `files without arrays are told apart`() throws {
    let raw = try workspace.write([1, 2, 3], to: "a.bin")
    #expect(throws: SampleFault.noArrays(path: raw)) { try ArrayFile(path: raw) }
    let empty = try workspace.write([UInt8](), to: "a.npz")
    #expect(throws: SampleFault.badArchive(source: empty, .noDirectory)) {
      try ArrayFile(path: empty)
    }
    let image = try workspace.write([1, 2, 3], to: "a.PNG")
    #expect(throws: SampleFault.noArrays(path: image)) { try ArrayFile(path: image) }
    let other = try workspace.write([1, 2, 3], to: "a.gif")
    #expect(throws: SampleFault.unsupportedKind(path: other, ForeignFormat(ending: "gif"))) {
      try ArrayFile(path: other)
    }
    #expect(throws: SampleFault.self) { try ArrayFile(path: workspace.path("missing.npz:x")) }
  }

  @Test func `archives that are cut off or mutated never trap`() throws {
    var generator = SeededRandom(seed: 11)
    func read(_ bytes: [UInt8]) {
      let map = MappedFile(copying: bytes, as: "a.npz")
      guard let file = try? ArrayFile(npz: map, array: nil) else { return }
      for name in file.names { _ = try? file.array(named: name) }
    }
    for fields in Self.archives {
      for _ in 0..<1000 {
        var broken = fields[1]
        generator.mutate(&broken)
        read(broken)
      }
    }
    let last = try #require(Self.archives.last)[1]
    for size in last.indices { read(Array(last.prefix(size))) }
    // Mutations of the directory alone, where all sizes and offsets stand.
    for fields in Self.archives {
      for _ in 0..<3000 {
        var end = Array(fields[1].suffix(600))
        generator.mutate(&end)
        read(fields[1].dropLast(600) + end)
      }
    }
  }
}

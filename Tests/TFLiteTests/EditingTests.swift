import FlatBuffers
import Testing

@testable import TFLite

/// Control dependencies and removal are judged by hand-made expectations; the encoding of
/// `model_control_dependencies` by bytes from LiteRT's `control_edges.cc`.
@Suite struct EditingTests {
  /// Version 1; one subgraph; edges 0→2, 1→4, each index zigzag-coded.
  static let encoded: [UInt8] = [1, 1, 2, 0, 4, 2, 8]

  private func edges(_ file: ModelFile, _ model: Model) throws -> [UInt8] {
    let entry = try #require(model.metadata.first { $0.name == "model_control_dependencies" })
    return try #require(try file.content(model.buffers[Int(entry.buffer)].data))
  }

  @Test func `Control dependencies of the fixture read as they were made`() throws {
    let file = try ModelFiles.open("control_dependencies")
    #expect(try edges(file, file.model) == Self.encoded)
    let dependencies = try #require(ControlDependencies(Self.encoded))
    #expect(dependencies.edges.count == 1)
    #expect(dependencies.edges[0].map { [$0.from, $0.to] } == [[0, 2], [1, 4]])
    #expect(dependencies.encoded == Self.encoded)
  }

  @Test func `Large and negative indices are coded as LEB128 of zigzag`() throws {
    // 300 → 600 = 0b100_1011000; −1 → 1.
    let bytes: [UInt8] = [1, 1, 1, 0xD8, 0x04, 1]
    let dependencies = try #require(ControlDependencies(bytes))
    #expect(dependencies.edges[0].map { [$0.from, $0.to] } == [[300, -1]])
    #expect(dependencies.encoded == bytes)
  }

  @Test("Other bytes are not control dependencies") func malformed() {
    let none: [[UInt8]] = [
      [], [2, 0], [1], [1, 1], [1, 1, 1, 0], [1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [1, 0x80],
    ]
    for bytes in none { #expect(ControlDependencies(bytes) == nil, "\(bytes)") }
  }

  @Test func `Inserted operators shift control dependencies`() throws {
    let file = try ModelFiles.open("control_dependencies")
    var model = file.model
    let count = model.subgraphs[0].operators.count
    // One before operator 0, two before operator 2: 0→1, 1→2, 2→5, 4→7.
    model.rewriteOperators(of: 0) { index, old in
      Array(repeating: .insert(Operator()), count: [0: 1, 2: 2][index] ?? 0) + [.keep(old)]
    }
    #expect(model.subgraphs[0].operators.count == count + 3)
    #expect(try edges(file, model) == [1, 1, 2, 2, 10, 4, 14])
  }

  @Test func `Control dependencies of a removed operator go with it`() throws {
    let file = try ModelFiles.open("control_dependencies")
    var model = file.model
    model.rewriteOperators(of: 0) { $0 == 2 ? [] : [.keep($1)] }
    // 0→2 is gone; 1→4 became 1→3.
    #expect(try edges(file, model) == [1, 1, 1, 2, 6])
  }

  @Test("Nothing is removed from a model without unused parts", arguments: ["bmm", "blockwise"])
  func unchanged(name: String) throws {
    let file = try ModelFiles.open(name)
    var model = file.model
    _ = model.removeUnused()
    #expect(
      model.subgraphs == file.model.subgraphs || model.buffers.count < file.model.buffers.count)
    #expect(model.operatorCodes == file.model.operatorCodes)
  }

  @Test func `Unused tensors, buffers and codes are removed and the rest is renumbered`() throws {
    let file = try ModelFiles.open("huge_values")
    var model = file.model
    let names = model.subgraphs[0].tensors.map(\.label)
    // Tensor 1 (a weight) is no longer read by the first operator.
    let buffer = Int(model.subgraphs[0].tensors[1].buffer)
    let bytes = try #require(model.buffers[buffer].data?.count)
    model.subgraphs[0].operators[0].inputs?[1] = -1
    model.operatorCodes.insert(OperatorCode(), at: 0)
    for index in model.subgraphs[0].operators.indices {
      model.subgraphs[0].operators[index].opcodeIndex += 1
    }
    let size = ModelWriter(model, of: file).count
    let moves = model.removeUnused()
    #expect(
      model.subgraphs[0].tensors.map(\.label)
        == names.enumerated().filter { $0.offset != 1 }.map(\.element))
    #expect(moves(TensorID(0, 0)) == TensorID(0, 0))
    #expect(moves(TensorID(0, 1)) == nil)
    #expect(moves(TensorID(0, 2)) == TensorID(0, 1))
    #expect(model.operatorCodes == file.model.operatorCodes)
    #expect(ModelWriter(model, of: file).count < size - bytes)
    try model.checkReadable()
    // Each operator still reads and writes the tensors of the same names.
    for (old, new) in zip(file.model.subgraphs[0].operators, model.subgraphs[0].operators) {
      let kept = (old.inputs ?? []).filter { $0 >= 0 && $0 != 1 }.map { names[Int($0)] }
      let found = (new.inputs ?? []).filter { $0 >= 0 }
        .map { model.subgraphs[0].tensors[Int($0)].label }
      #expect(found == kept)
    }
  }

  @Test func `Scales in tensors of their own are kept with the tensor that names them`() throws {
    let file = try ModelFiles.open("blockwise")
    var model = file.model
    model.subgraphs[0].tensors.insert(Tensor(), at: 1)
    func shifted(_ index: Int32) -> Int32 { index >= 1 ? index + 1 : index }
    model.subgraphs[0].outputs = model.subgraphs[0].outputs?.map(shifted)
    model.subgraphs[0].operators[0].inputs = model.subgraphs[0].operators[0].inputs?.map(shifted)
    model.subgraphs[0].operators[0].outputs = model.subgraphs[0].operators[0].outputs?.map(shifted)
    model.signatures[0].outputs[0].tensorIndex += 1
    model.subgraphs[0].tensors[2].quantization?.details?.remap(shifted)
    _ = model.removeUnused()
    #expect(model.subgraphs == file.model.subgraphs)
    #expect(model.signatures == file.model.signatures)
  }
}

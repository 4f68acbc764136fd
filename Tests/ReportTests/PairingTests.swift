import FlatBuffers
import Platform
import TFLite
import TestSupport
import Testing

@testable import Report

/// Two files of one network. The truth is known: the second file is an official converter's, whose
/// weights come in the network's order, or the first one after a change that the test made.
@Suite struct PairingTests {
  private static func model(_ name: String) throws -> Model {
    try ModelFile(MappedFile(path: Fixtures.path(name))).model
  }

  private func report(_ before: Model, _ after: Model) -> ReportDocument {
    var report = ReportSamples.empty
    ReportBuilder(before: before, after: after).fill(
      &report, hasSameData: { before.data(of: before[$0]) == after.data(of: after[$1]) },
      weightError: { _, _ in nil })
    return report
  }

  /// Names, encodings and bytes of the constants of the network, in the order of its operators.
  private func changes(_ report: ReportDocument) -> [String: Int] {
    report.tensors.reduce(into: [:]) { $0[$1.encodings, default: 0] += 1 }
  }

  @Test(arguments: [
    ("digits_cnn_int8", ["float32 → int8": 7, "float32 → int32": 7, "int32": 1]),
    ("digits_cnn_float16", ["float32 → float16": 14, "int32": 1]),
    ("digits_cnn_dynamic", ["float32 → int8": 2, "float32": 12, "int32": 1]),
    ("digits_cnn", ["float32": 14, "int32": 1]),
  ])
  func `Files of the official converter pair completely`(
    other: String, expected: [String: Int]
  ) throws {
    let (before, after) = (try Self.model("digits_cnn"), try Self.model(other))
    let report = report(before, after)
    #expect(changes(report) == expected)
    #expect(report.operators.allSatisfy { $0.presence == .both })
    #expect(report.operators.count == before.subgraphs[0].operators.count)
    for row in report.tensors {
      let partner = after[try #require(row.reader)]
      #expect(partner.elementCount == row.elements, "\(row.name)")
    }
    let moved = report.tensors.reduce(0) { $0 + $1.bytesAfter }
    #expect(moved == StoredConstant.all(in: after).reduce(0) { $0 + $1.bytes })
  }

  @Test func `Operators pair constants that have other names and another order`() throws {
    let before = try Self.model("digits_cnn")
    var after = try Self.model("digits_cnn_int8")
    for index in after.subgraphs[0].tensors.indices {
      after.subgraphs[0].tensors[index].name = Text("tfl.pseudo_qconst\(97 - index)")
    }
    let expected = report(before, try Self.model("digits_cnn_int8"))
    let found = report(before, after)
    #expect(found.tensors.map(\.reader) == expected.tensors.map(\.reader))
    #expect(changes(found) == changes(expected))
  }

  /// Every number names another constant in the next file.
  @Test func `Numbers that converters give are no names`() throws {
    var (before, after) = (try Self.model("digits_cnn"), try Self.model("digits_cnn"))
    let tensors = before.subgraphs[0].tensors.indices
    for index in tensors {
      before.subgraphs[0].tensors[index].name = Text("arith.constant\(index)")
      after.subgraphs[0].tensors[index].name = Text("arith.constant\(tensors.count - 1 - index)")
    }
    let report = report(before, after)
    #expect(report.tensors.allSatisfy { $0.reader == TensorID($0.subgraph, $0.index) })
    #expect(report.tensors.allSatisfy { !$0.hasOtherValues })
  }

  @Test func `What one file has alone is listed so`() throws {
    let before = try Self.model("digits_cnn")
    var after = before
    // The last are a dense layer and SOFTMAX.
    let dense = before.subgraphs[0].operators[7]
    after.subgraphs[0].operators.removeLast(2)
    after.subgraphs[0].outputs = [try #require(dense.inputs?[0])]
    let gone = report(before, after)
    #expect(
      gone.operators.filter { $0.presence == .removed }.map(\.kind)
        == ["FULLY_CONNECTED", "SOFTMAX"])
    let removed = gone.tensors.filter { $0.presence == .removed }
    #expect(removed.map(\.bytesBefore).sorted() == [40, 1_280])
    #expect(removed.allSatisfy { $0.bytesAfter == 0 && $0.reader == nil })
    let text = gone.text(verbose: false)
    #expect(text.contains("  removed      2 constants, 1.32 kB\n"))
    #expect(text.contains("operators 1 FULLY_CONNECTED, 1 SOFTMAX\n"))
    #expect(!text.contains("no step asked for it"))
    let come = report(after, before)
    #expect(
      come.tensors.filter { $0.presence == .added }.map(\.bytesAfter).sorted() == [40, 1_280])
    #expect(come.operators.suffix(2).allSatisfy { $0.presence == .added })
  }

  @Test func `Constants that a converter stored once pair with one`() throws {
    let before = try Self.model("digits_cnn")
    var after = before
    // Both biases have 32 elements; the second operator reads the first one's.
    let readers = after.subgraphs[0].operators
    let shared = try #require(readers[2].inputs?[2])
    let other = try #require(readers[3].inputs?[2])
    after.subgraphs[0].operators[3].inputs?[2] = shared
    let report = report(before, after)
    #expect(report.tensors.allSatisfy { $0.presence == .both })
    let rows = report.tensors.filter { [shared, other].contains(Int32($0.index)) }
    #expect(rows.map(\.reader) == [TensorID(0, shared), TensorID(0, shared)])
    #expect(rows.map(\.bytesAfter).sorted() == [0, 128])
  }

  @Test func `Names are read without what converters add`() {
    #expect(TensorNames.plain("a/w/ReadVariableOp") == "a/w")
    #expect(TensorNames.plain("a/weights_quant/FakeQuantWithMinMaxVars") == "a/weights")
    #expect(TensorNames.plain("x_int8") == "x" && TensorNames.plain("_int8") == "_int8")
    #expect(TensorNames.parts("a/Relu;a/BiasAdd_quantized") == ["a/Relu", "a/BiasAdd"])
    #expect(TensorNames.isGenerated("arith.constant12") && TensorNames.isGenerated("17"))
    #expect(!TensorNames.isGenerated("arith/constant") && !TensorNames.isGenerated("conv_1"))
  }
}

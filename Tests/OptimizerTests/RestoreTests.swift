import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The input's bytes judge: what a step did not change keeps its encoding, byte for byte.
@Suite struct RestoreTests {
  @Test func `Sparse float16 weights that stay are stored as they came`() throws {
    let source = try Fixtures.open("sparse_float16")
    for step in [QuantizeStep.float16, .dynamic] {
      let result = try Optimized(source, step)
      let before = try #require(source.tensor("conv/sparse"))
      let after = try #require(result.file.tensor("conv/sparse"))
      #expect(after.sparsity == before.sparsity && after.type == .float16)
      #expect(try result.file.bytes(of: after) == source.bytes(of: before))
      let kinds = result.file.kinds
      let densify = try #require(kinds.firstIndex(of: "DENSIFY"))
      let conv = try #require(kinds.firstIndex(of: "CONV_2D"))
      #expect(kinds[densify...conv] == ["DENSIFY", "DEQUANTIZE", "CONV_2D"])
      // The decoders feed the same operand as before.
      let names = result.model.subgraphs[0]
      let filter = try #require(names.operators[conv].inputs?[1])
      #expect(names.tensors[Int(filter)].label == "conv/filter")
      #expect(names.operators[conv - 1].outputs == [filter])
    }
  }

  @Test func `Float16 constants that were not chosen are stored as they came`() throws {
    let source = try Fixtures.open("digits_cnn_float16")
    let chosen = "*hidden_1/MatMul"
    let result = try Optimized(source, .dynamic, only: [chosen])
    #expect(result.outcome.isChanged)
    var kept = 0
    for tensor in source.model.subgraphs[0].tensors where tensor.type == .float16 {
      guard let after = result.file.tensor(tensor.label), after.type == .float16 else { continue }
      kept += 1
      #expect(try result.file.bytes(of: after) == source.bytes(of: tensor), "\(tensor.label)")
    }
    // The chosen weight became int8 and its bias a plain constant.
    #expect(kept == 12)
    #expect(result.file.operators(.dequantize).count == 12)
  }

  @Test("When nothing changes the model is the input", arguments: ["digits_cnn_float16"])
  func unchanged(name: String) throws {
    let source = try Fixtures.open(name)
    let result = try Optimized(source, .float16)
    #expect(!result.outcome.isChanged)
    #expect(result.outcome.model == source.model)
    #expect(Set(result.outcome.log.reasons.values).contains(.isAlready(.float16)))
  }

  @Test("Integer models have nothing to change", arguments: ["digits_cnn_int8", "blockwise"])
  func integers(name: String) throws {
    let source = try Fixtures.open(name)
    for step in [QuantizeStep.float16, .dynamic, .weightsOnly] {
      #expect(try !Optimized(source, step).outcome.isChanged)
    }
  }

  @Test func `Sparse weights that int8 makes smaller are decoded, else kept`() throws {
    let source = try Fixtures.open("sparse_densify")
    let dynamic = try Optimized(source, .dynamic)
    let before = try #require(source.tensor("conv/sparse"))
    let stored = try source.bytes(of: before).count
    let dense = try #require(dynamic.file.tensor("conv/dense"))
    #expect(dense.type == .int8 && !dynamic.file.kinds.contains("DENSIFY"))
    #expect(try dynamic.file.bytes(of: dense).count < stored + (before.sparsity?.byteCount ?? 0))
    let half = try Optimized(source, .float16)
    #expect(half.file.kinds.contains("DENSIFY"))
    #expect(half.reason("conv/dense") == .isSmallerSparseThanFloat16)
  }

  @Test func `Control dependencies follow the operators`() throws {
    let source = try Fixtures.open("control_dependencies")
    let result = try Optimized(source, .float16)
    let entry = try #require(
      result.model.metadata.first { $0.name == "model_control_dependencies" })
    let bytes = try result.file.bytes(of: result.model.buffers[Int(entry.buffer)].data)
    // Edges 0→2 and 1→4 of the operators without DEQUANTIZE, in their new places.
    let places = result.file.kinds.enumerated().filter { $0.element != "DEQUANTIZE" }.map(\.offset)
    let edges = [places[0], places[2], places[1], places[4]].map { UInt8(2 * $0) }
    #expect(bytes == [1, 1, 2] + edges)
    #expect(places[0] > 0)
  }
}

import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// LiteRT's `op_version.cc` and `runtime_version.cc` judge (OpSetTests compare them as wholes); here
/// a few of their rows, as they must stand in a written file.
@Suite struct VersionTests {
  @Test func `Changed operators get the version of their new types`() throws {
    let dynamic = try Optimized(Fixtures.open("digits_cnn"), .dynamic).file
    #expect(dynamic.version("FULLY_CONNECTED") == [12])
    #expect(try dynamic.minRuntime() == "2.17.0")
    let half = try Optimized(Fixtures.open("digits_cnn"), .float16).file
    #expect(half.version("DEQUANTIZE") == [3])
    #expect(half.version("FULLY_CONNECTED") == [1])
  }

  @Test func `Tables and LSTMs get theirs`() throws {
    let tables = try Optimized(Fixtures.open("embedding_gather"), .dynamic).file
    #expect(tables.version("EMBEDDING_LOOKUP") == [4])
    #expect(try tables.minRuntime() == "2.18.0")
    let lstm = try Optimized(Fixtures.open("sequence_lstm"), .dynamic).file
    #expect(lstm.version("UNIDIRECTIONAL_SEQUENCE_LSTM").count == 1)
    let product = try Optimized(Fixtures.open("bmm"), .dynamic).file
    #expect(product.version("BATCH_MATMUL") == [4])
  }

  @Test("No version is lowered and none is above what the runtime has", arguments: Fixtures.names)
  func range(name: String) throws {
    let source = try Fixtures.open(name)
    for step in [QuantizeStep.float16, .dynamic, .weightsOnly] {
      let result = try Optimized(source, step).file
      for kind in Set(source.kinds) where result.kinds.contains(kind) && kind != "DEQUANTIZE" {
        let (old, new) = (source.version(kind).max() ?? 0, result.version(kind).max() ?? 0)
        #expect(new >= old, "\(kind)")
      }
    }
  }

  @Test func `Old files get both operator codes`() throws {
    let source = try Fixtures.open("old_opcodes")
    #expect(source.model.operatorCodes.allSatisfy { $0.builtinCode.rawValue == 0 })
    let result = try Optimized(source, .dynamic)
    for code in result.model.operatorCodes {
      #expect(code.builtinCode.rawValue == Int32(code.deprecatedBuiltinCode))
    }
    #expect(result.file.kinds == source.kinds)
    let rewritten = try Optimized(source, .rewrite)
    #expect(rewritten.model.operatorCodes == source.model.operatorCodes)
  }

  @Test func `The least runtime fills its sixteen bytes`() throws {
    let file = try Optimized(Fixtures.open("digits_cnn"), .dynamic).file
    let entry = try #require(file.model.metadata.first { $0.name == "min_runtime_version" })
    let bytes = try file.bytes(of: file.model.buffers[Int(entry.buffer)].data)
    #expect(bytes == Array("2.17.0".utf8) + [UInt8](repeating: 0, count: 10))
  }

  @Test func `A model without that metadata gets none`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let weight = maker.constant("weight", [64, 64], weights(4096))
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, weight, -1], "y", [1, 64], options: OptionTag.fullyConnected))
    let result = try Optimized(maker.file(), .dynamic)
    #expect(result.outcome.isChanged && result.model.metadata.isEmpty)
  }
}

import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Operators with rules of their own. LiteRT's hybrid kernels judge: all or no weight of an LSTM,
/// rows of a table, GATHER that copies int8.
@Suite struct DynamicOperatorTests {
  static let lstmWeights = ["input", "forget", "cell", "output"].flatMap {
    ["\($0)/weight", "\($0)/recurrent"]
  }

  @Test func `All eight weights of an LSTM become int8 with one scale each`() throws {
    let result = try Optimized(Fixtures.open("sequence_lstm"), .dynamic)
    for name in Self.lstmWeights {
      let tensor = try #require(result.file.tensor(name))
      #expect(tensor.type == .int8 && tensor.quantization?.scale?.count == 1, "\(name)")
      #expect(tensor.quantization?.zeroPoint == [0])
    }
    for name in ["input/bias", "forget/bias", "cell/bias", "output/bias"] {
      #expect(result.file.tensor(name)?.type == .float32)
    }
    for name in ["output_state", "cell_state"] {
      let state = try #require(result.file.tensor(name))
      #expect(state.type == .float32 && state.isVariable)
    }
    #expect(!result.file.kinds.contains("DEQUANTIZE"))
  }

  @Test("An LSTM of which one weight is excluded keeps all", arguments: lstmWeights)
  func excluded(name: String) throws {
    let result = try Optimized(Fixtures.open("sequence_lstm"), .dynamic, skip: [name])
    for other in Self.lstmWeights { #expect(result.file.tensor(other)?.type == .float32) }
    #expect(result.reason(name) == .skipped(rule: name))
    let reasons = Self.lstmWeights.filter { $0 != name }.map(result.reason)
    let whole = Reason.needsAllWeights(name: "UNIDIRECTIONAL_SEQUENCE_LSTM")
    #expect(reasons.allSatisfy { $0 == whole })
  }

  @Test func `An LSTM with a weight that is not finite keeps all`() throws {
    var file = try Fixtures.open("sequence_lstm")
    let tensor = try #require(file.tensor("cell/recurrent"))
    var values = try file.floats(of: tensor)
    values[5] = .infinity
    file.model.buffers[Int(tensor.buffer)].data = .bytes([UInt8](of: values))
    let result = try Optimized(file, .dynamic)
    for other in Self.lstmWeights { #expect(result.file.tensor(other)?.type == .float32) }
    #expect(result.reason("cell/recurrent") == .isNotFinite)
  }

  @Test func `A table that is looked up has a scale for each row`() throws {
    let source = try Fixtures.open("embedding_gather")
    let result = try Optimized(source, .dynamic)
    let words = try #require(result.file.tensor("words"))
    let values = try source.floats(of: #require(source.tensor("words")))
    let scales = (0..<50).map { row -> Float in
      let largest = values[row * 32..<row * 32 + 32].reduce(0) { max($0, abs($1)) }
      return Float(Double(largest) / 127)
    }
    #expect(words.type == .int8 && words.quantization?.scale == scales)
    #expect(words.quantization?.quantizedDimension == 0)
    let lookup = try #require(
      result.file.operators(BuiltinOperator(named: "EMBEDDING_LOOKUP")!).first)
    #expect(lookup.inputs?.last == result.file.index("words"))
  }

  @Test func `GATHER copies int8 rows and a DEQUANTIZE follows it`() throws {
    let source = try Fixtures.open("embedding_gather")
    let result = try Optimized(source, .dynamic)
    let places = try #require(result.file.tensor("places"))
    #expect(places.type == .int8 && places.quantization?.scale?.count == 1)
    let kinds = result.file.kinds
    let at = try #require(kinds.firstIndex(of: "GATHER"))
    #expect(kinds[at + 1] == "DEQUANTIZE" && kinds.count == source.kinds.count + 1)
    let operators = result.model.subgraphs[0].operators
    let copied = result.model.subgraphs[0].tensors[Int(try #require(operators[at].outputs?[0]))]
    #expect(copied.type == .int8 && copied.shape == source.tensor("gathered")?.shape)
    #expect(copied.quantization?.scale == places.quantization?.scale)
    #expect(copied.quantization?.zeroPoint == [0])
    #expect(operators[at + 1].inputs == operators[at].outputs)
    // The graph's second output is what GATHER made; it is float as before.
    #expect(operators[at + 1].outputs == result.model.subgraphs[0].outputs.map { [$0[1]] })
    #expect(result.file.tensor("gathered")?.type == .float32)
  }

  @Test func `Loops run int8 weights in their bodies`() throws {
    let source = try Fixtures.open("gru_while")
    let result = try Optimized(source, .dynamic)
    let stored = result.model.subgraphs.map { subgraph in
      subgraph.tensors.count { $0.type == .int8 && result.model.data(of: $0) != nil }
    }
    #expect(stored.reduce(0, +) == 2)
    #expect(result.model.subgraphs.count == source.model.subgraphs.count)
    #expect(result.file.bytes.count < source.bytes.count)
  }

  @Test func `A weight that two kinds of operators read is stored once`() throws {
    // FULLY_CONNECTED reads int8 itself, ADD cannot: it reads through DEQUANTIZE.
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let weight = maker.constant("weight", [64, 64], weights(4096))
    let y = maker.operation(
      "FULLY_CONNECTED", [x, weight, -1], "y", [1, 64], options: OptionTag.fullyConnected)
    maker.output(maker.operation("ADD", [y, weight], "z", [64, 64], options: 11))
    let result = try Optimized(maker.file(), .dynamic)
    #expect(result.file.kinds.sorted() == ["ADD", "DEQUANTIZE", "FULLY_CONNECTED"])
    let stored = result.model.subgraphs[0].tensors.enumerated().filter { $0.element.type == .int8 }
    #expect(stored.count == 1)
    let dense = try #require(result.file.operators(.fullyConnected).first)
    #expect(dense.inputs?[1] == stored.first.map { Int32($0.offset) })
    let dequantize = try #require(result.file.operators(.dequantize).first)
    #expect(dequantize.inputs == stored.first.map { [Int32($0.offset)] })
  }

  @Test func `Constants that share a buffer become int8 together and are stored once`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let first = maker.constant("first", [64, 64], weights(4096))
    let buffer = maker.model.subgraphs[0].tensors[Int(first)].buffer
    let second = maker.constant("second", [64, 64], .float32, buffer: buffer)
    let tag = OptionTag.fullyConnected
    let y = maker.operation("FULLY_CONNECTED", [x, first, -1], "y", [1, 64], options: tag)
    maker.output(maker.operation("FULLY_CONNECTED", [y, second, -1], "z", [1, 64], options: tag))
    let file = try maker.file()
    let both = try Optimized(file, .dynamic).model.subgraphs[0].tensors.filter { $0.type == .int8 }
    #expect(both.count == 2 && Set(both.map(\.buffer)).count == 1)
    let none = try Optimized(file, .dynamic, keepFloat: ["second"])
    #expect(!none.outcome.isChanged)
    #expect(none.reason("first") == .sharesData(label: "second", type: nil))
  }

  @Test func `Biases of hybrid operators that came as float16 become plain constants`() throws {
    let result = try Optimized(Fixtures.open("digits_cnn_float16"), .dynamic)
    let tensors = result.model.subgraphs[0].tensors
    var hybrids = 0
    for entry in result.model.subgraphs[0].operators {
      guard let inputs = entry.inputs, inputs.count > 2,
        tensors[Int(inputs[1])].type == .int8
      else { continue }
      hybrids += 1
      let bias = tensors[Int(inputs[2])]
      #expect(bias.type == .float32 && result.model.data(of: bias) != nil)
    }
    #expect(hybrids == 2)
  }
}

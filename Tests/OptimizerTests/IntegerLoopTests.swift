import Interpreter
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Keras' LSTM and GRU as WHILE: the float model's outputs judge, and which weights shrink.
@Suite struct IntegerLoopTests {
  private static let models = ["lstm_while", "gru_while"]

  private func made(_ name: String, _ mode: QuantizeStep.Mode, effort: Int) throws -> IntegerModel {
    try IntegerModel(Fixtures.open(name), mode, effort: effort)
  }

  /// Names of what makes the float results of a kind in the loop's body.
  private func types(_ kind: String, in file: ModelFile) throws -> [TensorType] {
    let body = file.model.subgraphs[2]
    return body.operators.filter { file.model.name(of: $0) == kind }
      .compactMap { $0.outputs?.first }.map { body.tensors[Int($0)].type }
  }

  @Test("Weights in a loop become int8, whatever its activations are", arguments: models)
  func weights(name: String) throws {
    for effort in [1, 2] {
      let model = try made(name, .int8, effort: effort)
      let body = model.file.model.subgraphs[2]
      let layers = body.operators.filter { model.file.model.name(of: $0) == "FULLY_CONNECTED" }
      #expect(layers.count == 2)
      for layer in layers {
        let weight = body.tensors[Int(try #require(layer.inputs)[1])]
        #expect(weight.type == .int8 && weight.quantization?.scale?.isEmpty == false)
      }
    }
    let wide = try made(name, .int16x8, effort: 1)
    #expect(try types("FULLY_CONNECTED", in: wide.file) == [.int16, .int16])
  }

  @Test("A state that adds up stays float in int8, and what picks a step's input")
  func state() throws {
    let model = try made("lstm_while", .int8, effort: 1)
    let graph = model.source.model.subgraphs[2]
    let state = try #require(graph.outputs)[4]
    let reasons = model.result.outcome.plan.operators
    #expect(reasons[TensorID(2, state)]?.reason == .keepsLoopState)
    #expect(try types("GATHER", in: model.file) == [.float32])
    #expect(try types("FULLY_CONNECTED", in: model.file) == [.int8, .int8])
    #expect(try model.error() < 0.08)
  }

  @Test("The outputs decide whether a loop's activations are int8", arguments: models)
  func gate(name: String) throws {
    let (integer, chosen) = (try made(name, .int8, effort: 1), try made(name, .int8, effort: 2))
    #expect(try types("FULLY_CONNECTED", in: chosen.file) == [.float32, .float32])
    #expect(try chosen.error() < 0.6 * integer.error())
    #expect(try made(name, .int16x8, effort: 1).error() < 0.02)
  }

  @Test("The state that a step makes and the one that the next step reads share their scale")
  func carried() throws {
    let file = try made("lstm_while", .int8, effort: 1).file
    let body = file.model.subgraphs[2]
    let (input, output) = (try #require(body.inputs)[3], try #require(body.outputs)[3])
    let quantize = try #require(
      body.operators.first {
        file.model.name(of: $0) == "QUANTIZE" && $0.inputs?.first == input
      })
    let dequantize = try #require(
      body.operators.first {
        file.model.name(of: $0) == "DEQUANTIZE" && $0.outputs?.first == output
      })
    let read = body.tensors[Int(try #require(quantize.outputs)[0])]
    let written = body.tensors[Int(try #require(dequantize.inputs)[0])]
    #expect(read.encoding != nil && read.encoding == written.encoding)
  }
}

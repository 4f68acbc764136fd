import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The layout of the operands of LiteRT's 8x8_16 LSTM kernel judges: int8 activations and weights,
/// int16 cell state, int32 biases, five intermediates.
@Suite struct IntegerRecurrentTests {
  private let kind = "UNIDIRECTIONAL_SEQUENCE_LSTM"

  @Test func `An LSTM has int8 weights, int32 biases and an int16 cell`() throws {
    let model = try IntegerModel(Fixtures.open("sequence_lstm"))
    let file = model.file
    let inputs = try #require(file.entry(kind).inputs)
    let tensors = file.model.subgraphs[0].tensors
    func tensor(_ position: Int) -> Tensor? {
      inputs.indices.contains(position) && inputs[position] >= 0
        ? tensors[Int(inputs[position])] : nil
    }
    let input = try #require(tensor(0)?.encoding)
    #expect(input.type == .int8)
    for position in 1...8 {
      guard let weight = tensor(position) else { continue }
      #expect(weight.type == .int8 && weight.encoding?.zeroPoint == 0, "\(position)")
    }
    for gate in 0..<4 {
      guard let bias = tensor(12 + gate), let weight = tensor(1 + gate)?.encoding else { continue }
      #expect(bias.type == .int32 && bias.encoding?.scale == input.scale * weight.scale)
    }
    let output = try #require(file.made(by: kind).encoding)
    let state = try #require(tensor(18))
    #expect(state.encoding == output && state.isVariable && output.type == .int8)
    let cell = try #require(tensor(19))
    let scale = try #require(cell.encoding).scale
    #expect(cell.type == .int16 && cell.isVariable && cell.encoding?.zeroPoint == 0)
    #expect(scale.significand == 1 && scale >= 0x1p-15)
    let intermediates = try #require(file.entry(kind).intermediates)
    #expect(intermediates.count == 5)
    let hidden = tensors[Int(intermediates[4])]
    #expect(hidden.type == .int8 && hidden.encoding == output)
    #expect(file.version(kind) == [1])
    #expect(try model.error() < 0.1)
  }

  @Test func `In int16x8 an LSTM stays float`() throws {
    let model = try IntegerModel(Fixtures.open("sequence_lstm"), .int16x8)
    let entry = try model.file.entry(kind)
    let tensors = model.file.model.subgraphs[0].tensors
    for input in entry.inputs ?? [] where input >= 0 {
      #expect(tensors[Int(input)].type == .float32)
    }
  }

  private func svdf(activation: Int8) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let features = maker.constant("features", [8, 8], weights(64).map { $0 * 0.1 })
    let times = maker.constant("times", [8, 5], weights(40, seed: 4).map { $0 * 0.3 })
    let bias = maker.constant("bias", [4], [0.1, 0.2, -0.1, 0.3])
    let memory = maker.activation("memory", [1, 40])
    maker.edit(memory) { $0.isVariable = true }
    maker.output(
      maker.operation(
        "SVDF", [x, features, times, bias, memory], "y", [1, 4], options: SVDF.rank.tag))
    maker.configure {
      $0?[SVDF.rank] = 2
      $0?[SVDF.activation] = activation
    }
    return maker
  }

  @Test func `An SVDF has time weights of ten bits and an int16 memory`() throws {
    let model = try IntegerModel(svdf(activation: 1))
    let file = model.file
    #expect(model.isInteger("y"))
    #expect(try file.operand("SVDF", 0).type == .int8)
    #expect(try file.operand("SVDF", 1).encoding?.type == .int8)
    let times = try file.operand("SVDF", 2)
    let largest = weights(40, seed: 4).map { $0 * 0.3 }.reduce(0) { max($0, abs($1)) }
    #expect(times.encoding == Affine(type: .int16, scale: largest / 512, zeroPoint: 0))
    let levels = try file.bytes(of: times).elements(Int16.self)
    #expect(levels.map { abs(Int($0)) }.max() == 512)
    let memory = try file.operand("SVDF", 4)
    #expect(memory.type == .int16 && memory.isVariable && memory.encoding?.zeroPoint == 0)
    let bias = try file.operand("SVDF", 3)
    #expect(bias.type == .int32)
    #expect(
      bias.encoding?.scale
        == (try #require(memory.encoding)).scale * (try #require(times.encoding)).scale)
    #expect(try file.made(by: "SVDF").encoding?.type == .int8)
    #expect(file.version("SVDF") == [3])
    #expect(try model.error() < 0.1)
  }

  /// svdf.cc: the integer kernel takes RELU alone.
  @Test func `An SVDF without RELU stays float`() throws {
    let model = try IntegerModel(svdf(activation: 0))
    #expect(model.reason("y") == .knowsOnlyRelu)
    #expect(try model.file.made(by: "SVDF").type == .float32)
  }
}

import FlatBuffers
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Scales that LiteRT refuses. Its default path and its reference kernels judged: the bounds are those
/// that `Tools/runtime_limits.py` prints.
@Suite struct RuntimeLimitTests {
  /// One operator with these scales of inputs and output.
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    var type = TensorType.int8
    let inputs: [Float]
    /// Loads, and does not.
    let good: Float
    let bad: Float
    /// Whether the scale in question is the first input's.
    var ofInput = false
    var testDescription: String { "\(kind) \(type)" }
  }

  static let cases: [Case] = [
    Case(kind: "ADD", inputs: [0x1p-5, 0x1p-6], good: 0x1.01p-24, bad: 0x1p-24),
    Case(kind: "ADD", type: .int16, inputs: [0x1p-5, 0x1p-6], good: 0x1.01p-19, bad: 0x1p-19),
    Case(kind: "ADD", inputs: [1, 1], good: 0x1p107, bad: 0x1p108),
    Case(kind: "SUB", inputs: [0x1p-6, 0x1p-5], good: 0x1.01p-24, bad: 0x1p-24),
    Case(kind: "SQUARED_DIFFERENCE", inputs: [0x1p-5, 0x1p-5], good: 0x1.01p-22, bad: 0x1p-22),
    Case(kind: "HARD_SWISH", inputs: [0x1p-5], good: 0x1.01p-12, bad: 0x1p-12),
    Case(kind: "SOFTMAX", inputs: [], good: 0x1.01p-26, bad: 0x1p-26, ofInput: true),
    Case(kind: "LOG_SOFTMAX", inputs: [], good: 0x1.01p-26, bad: 0x1p-26, ofInput: true),
    Case(kind: "FULLY_CONNECTED", inputs: [0x1p-5, 0x1p-6], good: 0x1.01p-19, bad: 0x1p-19),
    Case(kind: "CONV_2D", inputs: [0x1p-5, 0x1p-6], good: 0x1.01p-19, bad: 0x1p-19),
    Case(kind: "DEPTHWISE_CONV_2D", inputs: [0x1p-5, 0x1p-6], good: 0x1.01p-19, bad: 0x1p-19),
    Case(kind: "RESHAPE", inputs: [1], good: Float.leastNormalMagnitude, bad: 0x1p-127),
  ]

  private func model(_ given: Case, _ scale: Float) -> Model {
    var maker = ModelMaker()
    let inputs = given.ofInput ? [scale] : given.inputs
    let tensors = inputs.enumerated().map { index, scale in
      let tensor = maker.input("x\(index)", [1, 4], given.type)
      maker.edit(tensor) { $0.quantization = Quantization(symmetric: [scale]) }
      return tensor
    }
    let output = maker.operation(given.kind, tensors, "y", [1, 4])
    maker.edit(output) {
      $0.type = given.type
      $0.quantization = Quantization(symmetric: [given.ofInput ? 1 / 256 : scale])
    }
    maker.output(output)
    return maker.model
  }

  @Test("A scale at the bound does not load, one beyond it does", arguments: cases)
  func bound(given: Case) {
    #expect(model(given, given.good).unloadable == nil)
    let message = model(given, given.bad).unloadable
    #expect(message?.contains(given.kind) == true)
  }

  @Test func `The limits of int16 products are none`() throws {
    func limits(_ kind: String) throws -> RuntimeLimits {
      try #require(BuiltinOperator(named: kind).flatMap { OpSet.spec(for: $0) }).limits
    }
    let product = try limits("CONV_2D")
    #expect(product.leastOutputScale(greatestInputScale: 1, weightScale: 1, isInt16: true) == nil)
    #expect(
      product.leastOutputScale(greatestInputScale: 1, weightScale: 2, isInt16: false) == 0x1p-7)
    #expect(try limits("SOFTMAX").leastInputScale(beta: 2, isInt16: false) == 0x1p-27)
  }
}

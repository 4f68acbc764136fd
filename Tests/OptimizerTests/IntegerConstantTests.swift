import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The formulas of the TensorFlow Lite 8-bit quantization specification judge the constants of integer
/// operators: symmetric weights up to 127, biases in input scale × filter scale.
@Suite struct IntegerConstantTests {
  private func convolution(hasBias: Bool = true, filter: [Float]? = nil, bias: [Float]? = nil)
    -> ModelMaker
  {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 6, 6, 2])
    let filter = maker.constant("filter", [3, 3, 3, 2], filter ?? weights(54))
    let inputs =
      hasBias ? [x, filter, maker.constant("bias", [3], bias ?? [1, -2, 3])] : [x, filter]
    maker.output(
      maker.operation("CONV_2D", inputs, "y", [1, 6, 6, 3], options: Conv2D.strideH.tag))
    maker.configure {
      $0?[Conv2D.strideH] = 1
      $0?[Conv2D.strideW] = 1
    }
    return maker
  }

  @Test("Weights have a scale for each channel, and biases the product of both scales")
  func scales() throws {
    let values = weights(54)
    let model = try IntegerModel(convolution()) { $0.correctsBiases = false }
    let input = try #require(model.file.operand("CONV_2D", 0).encoding)
    let filter = try model.file.operand("CONV_2D", 1)
    let expected = (0..<3).map { channel -> Float in
      let largest = values[channel * 18..<channel * 18 + 18].reduce(0) { max($0, abs($1)) }
      return Float(Double(largest) / 127)
    }
    #expect(filter.type == .int8 && filter.quantization?.scale == expected)
    #expect(filter.quantization?.quantizedDimension == 0)
    #expect(filter.quantization?.zeroPoint == [0, 0, 0])
    let stored = try model.file.bytes(of: filter).elements(Int8.self)
    for (index, level) in stored.enumerated() {
      let exact = Double(values[index]) / Double(expected[index / 18])
      #expect(abs(Double(level) - exact) <= 0.5001 && level >= -127)
    }
    let bias = try model.file.operand("CONV_2D", 2)
    let scales = expected.map { input.scale * $0 }
    #expect(bias.type == .int32 && bias.quantization?.scale == scales)
    let levels = try model.file.bytes(of: bias).elements(Int32.self)
    for (index, value) in [1, -2, 3].enumerated() {
      #expect(abs(Double(levels[index]) - Double(value) / Double(scales[index])) <= 0.5001)
    }
    #expect(try model.error() < 0.03)
  }

  @Test("A dead channel with a large bias does not overflow", arguments: [1e6, -3e4] as [Float])
  func deadChannel(bias: Float) throws {
    var filter = weights(54)
    for index in 18..<36 { filter[index] = 0 }
    let model = try IntegerModel(convolution(filter: filter, bias: [1, bias, 2]))
    let stored = try model.file.operand("CONV_2D", 2)
    let scale = try #require(stored.quantization?.scale?[1])
    let level = try model.file.bytes(of: stored).elements(Int32.self)[1]
    // Half of int32, but for the rounding of the scale to float32.
    #expect(abs(Double(level)) <= 0x1p30 * (1 + 0x1p-22))
    #expect(abs(Double(level) * Double(scale) / Double(bias) - 1) < 1e-6)
    let weights = try model.file.operand("CONV_2D", 1)
    #expect(weights.quantization?.scale?.allSatisfy { $0 > 0 } == true)
    #expect(try model.file.bytes(of: weights)[18..<36].allSatisfy { $0 == 0 })
  }

  @Test("CONV_2D gets the bias that its kernel insists on", arguments: [true, false])
  func missingBias(corrects: Bool) throws {
    let model = try IntegerModel(convolution(hasBias: false)) { $0.correctsBiases = corrects }
    let inputs = try #require(model.file.entry("CONV_2D").inputs)
    #expect(inputs.count == 3)
    let bias = try model.file.operand("CONV_2D", 2)
    #expect(bias.type == .int32 && bias.shape == [3] && bias.quantization?.scale?.count == 3)
    if !corrects {
      #expect(try model.file.bytes(of: bias).elements(Int32.self) == [0, 0, 0])
    }
    #expect(try model.error() < 0.03)
  }

  @Test func `Int16x8 has biases of 64 bits and says so`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let y = maker.dense(x, "y", depth: 8, units: 8)
    maker.operation("ADD", [y, x], "sum", [1, 8], options: AddOptions.activation.tag)
    maker.configure { $0?[AddOptions.potScaleInt16] = true }
    maker.output(maker.model.subgraphs[0].operators.last?.outputs?[0] ?? 0)
    let dense = try IntegerModel(maker, .int16x8).file
    let layer = try dense.entry("FULLY_CONNECTED")
    #expect(layer.builtinOptions?[FullyConnected.quantizedBiasType] == .int64)
    #expect(try dense.operand("FULLY_CONNECTED", 2).type == .int64)
    let input = try #require(dense.operand("FULLY_CONNECTED", 0).encoding)
    #expect(input.type == .int16 && input.zeroPoint == 0)
    #expect(try dense.entry("ADD").builtinOptions?[AddOptions.potScaleInt16] == false)
    let image = try IntegerModel(convolution(), .int16x8)
    let options = try image.file.entry("CONV_2D").builtinOptions
    #expect(options?[Conv2D.quantizedBiasType] == .int64)
    #expect(try image.file.operand("CONV_2D", 2).type == .int64)
    #expect(try image.error() < 0.02)
  }

  @Test("With one scale a tensor no weight has more", arguments: ["digits_cnn", "keyword_1d"])
  func perTensor(name: String) throws {
    let model = try IntegerModel(Fixtures.open(name)) { $0.isPerTensor = true }
    for tensor in model.result.model.subgraphs[0].tensors {
      guard let scale = tensor.quantization?.scale else { continue }
      #expect(scale.count <= 1, "\(tensor.label)")
    }
    #expect(try model.error() < 0.3)
  }

  @Test func `One scale a tensor is for the weights that a pattern names`() throws {
    let model = try IntegerModel(Fixtures.open("digits_cnn")) {
      $0.perTensor = [Selection.Rule("op:FULLY_CONNECTED")]
    }
    func scales(_ kind: String) throws -> Int {
      try model.file.operand(kind, 1).quantization?.scale?.count ?? 0
    }
    #expect(try scales("FULLY_CONNECTED") == 1)
    #expect(try scales("CONV_2D") > 1)
  }

  @Test("Symmetric activations have zero point 0")
  func symmetric() throws {
    let model = try IntegerModel(convolution()) { $0.isSymmetric = true }
    #expect(try model.file.operand("CONV_2D", 0).encoding?.zeroPoint == 0)
    #expect(try model.file.made(by: "CONV_2D").encoding?.zeroPoint == 0)
  }

  @Test func `Bias correction takes the mean shift of the outputs away`() throws {
    // With inputs from 1 to 2 nearly all that rounding the weights does is a constant.
    let file = try convolution().file()
    let samples = try IntegerModel.samples(of: file, 12, in: 1...2)
    func error(_ corrects: Bool) throws -> Double {
      try IntegerModel(file, samples: samples) {
        $0.correctsBiases = corrects
        $0.isPerTensor = true
      }.error()
    }
    let (corrected, plain) = (try error(true), try error(false))
    #expect(corrected <= plain)
  }
}

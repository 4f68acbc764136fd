import Evaluation
import OpSet
import Samples
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What each kernel of the runtime refuses or gets wrong, measured with LiteRT 2.3.0, judges: such an
/// operator stays float or gets parameters with which it is right.
@Suite struct IntegerRuleTests {
  private static let modes: [QuantizeStep.Mode] = [.int8, .int16x8]

  /// A layer, then what `body` makes of its eight results, then a layer.
  private func between(
    _ body: (inout ModelMaker, Int32) -> Int32, depth: Int32 = 8, factor: Float = 0.1
  ) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let before = maker.dense(x, "before", depth: 8, units: 8, factor: factor)
    let middle = body(&maker, before)
    maker.output(maker.dense(middle, "after", depth: depth, units: 4, seed: 5))
    return maker
  }

  @Test("PRELU in int16x8 is the greater of its input and the product, for slopes up to 1")
  func widePRelu() throws {
    func model(_ slopes: [Float]) throws -> IntegerModel {
      try IntegerModel(
        between { maker, x in
          maker.operation(
            "PRELU", [x, maker.constant("slopes", [8], slopes)], "bent", [1, 8])
        }, .int16x8)
    }
    let gentle = try model([0.25, -0.5, 1, 0, -1, 0.1, 0.9, 0.3])
    #expect(gentle.file.count("PRELU") == 0)
    #expect(try gentle.file.made(by: "MUL").type == .int16)
    let greatest = try gentle.file.made(by: "MAXIMUM")
    #expect(greatest.type == .int16 && greatest.label == "bent")
    #expect(try greatest.encoding == gentle.file.made(by: "MUL").encoding)
    #expect(gentle.file.count("QUANTIZE") == 1 && gentle.file.count("DEQUANTIZE") == 1)
    #expect(try gentle.error() < 0.005)
    let steep = try model([0.25, -0.5, 1, 0, -1, 0.1, 0.9, 1.5])
    #expect(steep.reason("bent") == .kernelLimit("the int16 kernel's products overflow"))
    #expect(try steep.file.made(by: "PRELU").type == .float32)
    #expect(try steep.error() < 0.005)
  }

  @Test("SOFTMAX over many classes stays float in int16x8, whose kernel rounds each small power")
  func longSoftmax() throws {
    for (units, isInteger) in [(256, true), (257, false)] as [(Int32, Bool)] {
      var maker = ModelMaker()
      let x = maker.input("x", [1, 8])
      let logits = maker.dense(x, "logits", depth: 8, units: units, factor: 0.1)
      maker.output(maker.operation("SOFTMAX", [logits], "classes", [1, units]))
      for mode in Self.modes {
        let model = try IntegerModel(maker, mode)
        let type = try model.file.made(by: "SOFTMAX").type
        #expect((type != .float32) == (mode == .int8 || isInteger), "\(units) \(mode)")
        guard type == .float32 else { continue }
        let clause = "the int16 kernel rounds each of many small powers"
        #expect(model.reason("classes") == .kernelLimit(clause))
      }
    }
  }

  @Test("What metadata say of an input holds, unless the samples leave it")
  func knownRange() throws {
    let source = try between({ _, x in x }).file()
    let samples = try IntegerModel.samples(of: source, 12, in: -0.5...0.5)
    func result(_ range: ClosedRange<Float>, effort: Int) throws -> (Float?, [String]) {
      let calibration = CalibrationSource(
        samples: SampleSource(count: 12, inputRanges: [0: range]) { samples[$0] })
      var quantize = QuantizeStep(mode: .int8)
      quantize.integer?.effort = effort
      let optimized = try Optimized(source, quantize, samples: calibration)
      let scale = try optimized.file.operand("FULLY_CONNECTED", 0).encoding?.scale
      return (scale, optimized.outcome.calibration?.warnings ?? [])
    }
    for effort in [1, 2] {
      let known = try result(-1...1, effort: effort)
      #expect(abs(try #require(known.0) - 2 / 255) < 1e-6)
      #expect(!known.1.contains { $0.contains("metadata") })
    }
    let left = try result(0...0.25, effort: 1)
    #expect(abs(try #require(left.0) - 1 / 255) < 1e-3)
    #expect(left.1.contains { $0.contains("the model's metadata say from 0.0 to 0.25") })
  }

  @Test("DIV and SUM stay float and say why", arguments: modes)
  func divisionAndSum(mode: QuantizeStep.Mode) throws {
    let division = try IntegerModel(
      between { maker, x in
        let divisor = maker.constant("divisor", [1, 8], [1, 2, 3, 4, 5, 6, 7, 8])
        return maker.operation(
          "DIV", [x, divisor], "quotient", [1, 8], options: DivOptions.activation.tag)
      }, mode)
    let why = "small quotients and zero divisors have no defined result"
    #expect(division.reason("quotient") == .kernelLimit(why))
    #expect(try division.file.made(by: "DIV").type == .float32)
    #expect(try division.file.operand("DIV", 1).type == .float32)
    let sum = try IntegerModel(
      between(
        { maker, x in
          let axes = maker.integers("axes", [1])
          maker.operation("SUM", [x, axes], "total", [1, 1], options: Reducer.keepDims.tag)
          maker.configure { $0?[Reducer.keepDims] = true }
          return maker.model.subgraphs[0].operators.last?.outputs?[0] ?? 0
        }, depth: 1), mode)
    let clause = "the runtime's reference kernel sums the wrong bytes"
    #expect(sum.reason("total") == .kernelLimit(clause))
    #expect(try sum.file.made(by: "SUM").type == .float32)
    for model in [division, sum] {
      #expect(model.isInteger("before") && model.isInteger("after"))
      #expect(try model.error() < 0.05)
    }
  }

  @Test("A root of what can be negative stays float", arguments: ["SQRT", "RSQRT"])
  func roots(kind: String) throws {
    func root(of shift: Float) -> ModelMaker {
      between { maker, x in
        let one = maker.constant("shift", [1, 8], [Float](repeating: shift, count: 8))
        let sum = maker.operation(
          "ADD", [x, one], "sum", [1, 8], options: AddOptions.activation.tag)
        return maker.operation(kind, [sum], "root", [1, 8])
      }
    }
    let positive = try IntegerModel(root(of: 30))
    #expect(positive.isInteger("root"))
    // The least integer is zero: nothing can be below.
    #expect(try positive.file.operand(kind, 0).encoding?.zeroPoint == -128)
    let symmetric = try IntegerModel(root(of: 30)) { $0.isSymmetric = true }
    #expect(try symmetric.file.operand(kind, 0).encoding?.zeroPoint == -128)
    #expect(try symmetric.file.operand("FULLY_CONNECTED", 0).encoding?.zeroPoint == 0)
    let negative = try IntegerModel(root(of: -0.5))
    #expect(negative.reason("root") == .hasNegativeInput)
    #expect(try negative.file.operand(kind, 0).type == .float32)
    let words = try IntegerModel(root(of: 30), .int16x8)
    #expect(words.reason("root") == .hasNoNonNegativeInt16)
  }

  @Test("The output scale of ADD is above what its kernel aborts at", arguments: modes)
  func sumScale(mode: QuantizeStep.Mode) throws {
    var maker = ModelMaker()
    let (x, y) = (maker.input("x", [1, 8]), maker.input("y", [1, 8]))
    maker.output(
      maker.operation("ADD", [x, y], "sum", [1, 8], options: AddOptions.activation.tag))
    // A model without constants would be left as it is.
    maker.output(maker.dense(x, "z", depth: 8, units: 4))
    let values = (0..<8).map { Float($0) * 250 - 1000 }
    let sample = [values, values.map(-)].map {
      DenseArray(.float32, shape: [1, 8], bytes: [UInt8](of: $0))
    }
    let file = try IntegerModel(maker, mode, samples: [sample, sample]).file
    let scales = try (0..<2).map { try #require(file.operand("ADD", $0).encoding).scale }
    let output = try #require(file.made(by: "ADD").encoding).scale
    // add.cc: 2 × scale ÷ (2^20 × output scale) must be below 1, 2^15 for int16.
    let shift: Float = mode == .int8 ? 0x1p20 : 0x1p15
    #expect(2 * (scales.max() ?? 0) / (shift * output) < 1)
    #expect(scales[0] > 1000 / 40000)
  }

  @Test func `The output scale of HARD_SWISH is above one 128th of the input's`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    maker.output(maker.operation("HARD_SWISH", [x], "y", [1, 64]))
    maker.output(maker.dense(x, "z", depth: 64, units: 4))
    let file = try maker.file()
    let samples = try IntegerModel.samples(of: file, 12, in: -1000...0)
    let result = try IntegerModel(file, samples: samples).file
    let input = try #require(result.operand("HARD_SWISH", 0).encoding)
    let output = try #require(result.made(by: "HARD_SWISH").encoding)
    #expect(output.scale > input.scale / 128)
  }

  @Test func `SQUARED_DIFFERENCE has no int16 kernel`() throws {
    let maker = between { maker, x in
      let other = maker.constant("other", [1, 8], weights(8))
      return maker.operation("SQUARED_DIFFERENCE", [x, other], "squares", [1, 8])
    }
    let bytes = try IntegerModel(maker)
    #expect(bytes.isInteger("squares"))
    #expect(try bytes.file.made(by: "SQUARED_DIFFERENCE").type == .int8)
    let words = try IntegerModel(maker, .int16x8)
    let kind = try #require(BuiltinOperator(named: "SQUARED_DIFFERENCE"))
    #expect(words.reason("squares") == .hasNoKernel(kind, .int16x8))
    #expect(try words.file.made(by: "SQUARED_DIFFERENCE").type == .float32)
    #expect(try words.file.operand("SQUARED_DIFFERENCE", 1).type == .float32)
  }

  @Test("NEG and SCATTER_ND, which take raw integers, have zero point 0", arguments: modes)
  func rawKernels(mode: QuantizeStep.Mode) throws {
    let negation = try IntegerModel(
      between { maker, x in maker.operation("NEG", [x], "negated", [1, 8]) }, mode)
    let input = try #require(negation.file.operand("NEG", 0).encoding)
    #expect(input.zeroPoint == 0)
    #expect(try negation.file.made(by: "NEG").encoding == input)
    #expect(try negation.error() < 0.05)
    guard mode == .int8 else { return }
    let scatter = try IntegerModel(
      between { maker, x in
        let places = maker.constant("places", [1, 1], .int32, bytes: [UInt8](of: [Int32(1)]))
        let shape = maker.integers("shape", [3, 8])
        let spread = maker.operation(
          "SCATTER_ND", [places, x, shape], "spread", [3, 8],
          options: 0)
        let axes = maker.integers("axes", [0])
        maker.operation("MEAN", [spread, axes], "mean", [1, 8], options: Reducer.keepDims.tag)
        maker.configure { $0?[Reducer.keepDims] = true }
        return maker.model.subgraphs[0].operators.last?.outputs?[0] ?? 0
      })
    #expect(scatter.isInteger("spread"))
    let updates = try #require(scatter.file.operand("SCATTER_ND", 1).encoding)
    #expect(updates.zeroPoint == 0 && updates.type == .int8)
    #expect(try scatter.file.made(by: "SCATTER_ND").encoding == updates)
    #expect(try scatter.error() < 0.05)
  }

  @Test("int16x8 keeps the table of GATHER in int8, unless no operator may be float")
  func table() throws {
    var maker = ModelMaker()
    let places = maker.input("places", [1, 8], .int32)
    let table = maker.constant("table", [2048], weights(2048, seed: 4))
    let copied = maker.operation("GATHER", [table, places], "copied", [1, 8])
    maker.output(maker.dense(copied, "after", depth: 8, units: 4))
    let file = try maker.file()
    let samples = (0..<12).map { sample in
      [
        DenseArray(
          .int32, shape: [1, 8],
          bytes: [UInt8](of: (0..<8).map { Int32(sample * 149 + $0 * 31) }))
      ]
    }
    func model(isStrict: Bool) throws -> IntegerModel {
      try IntegerModel(file, .int16x8, samples: samples) { $0.isStrict = isStrict }
    }
    let (free, strict) = (try model(isStrict: false), try model(isStrict: true))
    #expect(free.reason("copied") == .hasTable && free.isInteger("after"))
    #expect(try free.file.operand("GATHER", 0).type == .int8)
    // Rows and the layer's weights are int8.
    #expect(try free.error() < 0.02)
    #expect(try strict.file.operand("GATHER", 0).type == .int16)
  }

  @Test("MAXIMUM shares its parameters with all operands, constants too", arguments: modes)
  func maximum(mode: QuantizeStep.Mode) throws {
    let least: [Float] = [0.5, -0.25, 0, 40, 1, 2, 3, -60]
    let model = try IntegerModel(
      between { maker, x in
        let other = maker.constant("least", [1, 8], least)
        return maker.operation("MAXIMUM", [x, other], "greatest", [1, 8])
      }, mode)
    let encoding = try #require(model.file.made(by: "MAXIMUM").encoding)
    #expect(encoding.type == (mode == .int8 ? .int8 : .int16))
    #expect(try model.file.operand("MAXIMUM", 0).encoding == encoding)
    let constant = try model.file.operand("MAXIMUM", 1)
    #expect(constant.encoding == encoding)
    let stored =
      mode == .int8
      ? try model.file.bytes(of: constant).elements(Int8.self).map(Int.init)
      : try model.file.bytes(of: constant).elements(Int16.self).map(Int.init)
    for (level, value) in zip(stored, least) {
      let real = Float(level - Int(encoding.zeroPoint)) * encoding.scale
      // −60 is never the greatest, so that the range need not reach it.
      let meant = max(value, encoding.range.lowerBound)
      #expect(abs(real - meant) <= encoding.scale * 0.5001, "\(value)")
    }
    #expect(try model.error() < (mode == .int8 ? 0.02 : 0.0005))
  }

  @Test("A fixed result beside a free one is requantized once", arguments: modes)
  func concatenation(mode: QuantizeStep.Mode) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let a = maker.dense(x, "a", depth: 8, units: 8, factor: 1)
    let b = maker.dense(x, "b", depth: 8, units: 8, seed: 3)
    let logistic = maker.operation("LOGISTIC", [b], "logistic", [1, 8])
    maker.operation(
      "CONCATENATION", [a, logistic], "both", [1, 16], options: Concatenation.axis.tag)
    maker.configure { $0?[Concatenation.axis] = 1 }
    maker.output(maker.model.subgraphs[0].operators.last?.outputs?[0] ?? 0)
    let model = try IntegerModel(maker, mode)
    let fixed =
      mode == .int8
      ? Affine(type: .int8, scale: 1 / 256, zeroPoint: -128)
      : Affine(type: .int16, scale: 1 / 32768, zeroPoint: 0)
    #expect(try model.file.made(by: "LOGISTIC").encoding == fixed)
    let shared = try #require(model.file.made(by: "CONCATENATION").encoding)
    #expect(shared != fixed)
    for position in 0..<2 {
      #expect(try model.file.operand("CONCATENATION", position).encoding == shared)
    }
    // Of the input, and of the fixed result.
    #expect(model.file.count("QUANTIZE") == 2 && model.file.count("DEQUANTIZE") == 1)
    #expect(try model.file.made(by: "FULLY_CONNECTED").encoding == shared)
    #expect(try model.error() < 0.05)
  }

  @Test("SOFTMAX has the one output scale that its kernel takes", arguments: modes)
  func softmax(mode: QuantizeStep.Mode) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let y = maker.dense(x, "y", depth: 8, units: 8)
    maker.output(maker.operation("SOFTMAX", [y], "probabilities", [1, 8]))
    let file = try IntegerModel(maker, mode).file
    let expected =
      mode == .int8
      ? Affine(type: .int8, scale: 1 / 256, zeroPoint: -128)
      : Affine(type: .int16, scale: 1 / 32768, zeroPoint: 0)
    #expect(try file.made(by: "SOFTMAX").encoding == expected)
  }
}

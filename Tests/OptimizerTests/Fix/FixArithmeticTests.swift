import TFLite
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// Rules on products, sums and functions; the interpreter on the model before judges.
@Suite struct FixArithmeticTests {
  /// FULLY_CONNECTED from 4 to 3 of `x`.
  private func product(_ maker: inout ModelMaker, _ x: Int32, _ name: String = "p") -> Int32 {
    let matrix = maker.constant("matrix", [3, 4], weights(12))
    let bias = maker.constant("bias", [3], [1, -2, 3])
    return maker.operation(
      "FULLY_CONNECTED", [x, matrix, bias], name, [2, 3], options: OptionTag.fullyConnected)
  }

  @Test func `An activation goes into the operator before`() throws {
    var maker = ModelMaker()
    let p = product(&maker, maker.input("x", [2, 4]))
    maker.output(maker.operation("RELU6", [p], "y", [2, 3]))
    let fixed = try Fixed(maker, "activations")
    #expect(fixed.kinds == ["FULLY_CONNECTED"])
    #expect(fixed.difference == 0)
  }

  @Test func `An activation stays where something else reads what it reads`() throws {
    var maker = ModelMaker()
    let p = product(&maker, maker.input("x", [2, 4]))
    maker.output(maker.operation("RELU", [p], "y", [2, 3]))
    maker.output(maker.operation("TANH", [p], "z", [2, 3]))
    #expect(try Fixed(maker, "activations").kinds.count == 3)
  }

  @Test func `An activation that changes the scale stays`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4], .int8)
    let sum = maker.operation("ADD", [x, x], "sum", [1, 4], options: OptionTag.add)
    let y = maker.operation("RELU", [sum], "y", [1, 4])
    for (tensor, scale) in [(x, Float(0.5)), (sum, 1), (y, 0.5)] {
      maker.edit(tensor) {
        $0.type = .int8
        $0.quantization = Quantization(symmetric: [scale])
      }
    }
    maker.output(y)
    #expect(try Fixed(maker, "activations").kinds == ["ADD", "RELU"])
  }

  /// PAD and a 3×3 convolution.
  private func padded(_ padding: [Int32], stride: Int32 = 1) throws -> [String] {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 6, 6, 2])
    let sizes = maker.integers("sizes", [4, 2], padding)
    let (height, width) = (6 + padding[2] + padding[3], 6 + padding[4] + padding[5])
    let a = maker.operation("PAD", [x, sizes], "a", [1, height, width, 2], options: 22)
    let filter = maker.constant("filter", [1, 3, 3, 2], weights(18))
    let bias = maker.constant("bias", [1], [0.5])
    let (rows, columns) = ((height - 3) / stride + 1, (width - 3) / stride + 1)
    maker.output(
      maker.operation(
        "CONV_2D", [a, filter, bias], "y", [1, rows, columns, 1], options: OptionTag.conv2D))
    maker.configure {
      $0?[Conv2D.padding] = 1
      $0?[Conv2D.strideH] = stride
      $0?[Conv2D.strideW] = stride
    }
    let fixed = try Fixed(maker, "padding")
    #expect(fixed.difference == 0)
    return fixed.kinds
  }

  @Test func `Padding goes into a convolution only where SAME is the same`() throws {
    #expect(try padded([0, 0, 1, 1, 1, 1, 0, 0]) == ["CONV_2D"])
    #expect(try padded([0, 0, 0, 1, 0, 1, 0, 0], stride: 2) == ["CONV_2D"])
    #expect(try padded([0, 0, 1, 1, 1, 1, 0, 0], stride: 2) == ["PAD", "CONV_2D"])
    #expect(try padded([0, 0, 2, 0, 1, 1, 0, 0]) == ["PAD", "CONV_2D"])
  }

  @Test func `Constants go into the product before and behind`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 4])
    let factor = maker.constant("factor", [4], [1, 2, 3, 4])
    let shift = maker.constant("shift", [4], [0.5, 0, -1, 2])
    let gain = maker.constant("gain", [3], [2, -1, 0.5])
    let a = maker.operation("MUL", [x, factor], "a", [2, 4], options: 21)
    let b = maker.operation("ADD", [a, shift], "b", [2, 4], options: OptionTag.add)
    let p = product(&maker, b)
    let c = maker.operation("MUL", [p, gain], "c", [2, 3], options: 21)
    maker.configure { $0?[MulOptions.activation] = 1 }
    maker.output(maker.operation("NEG", [c], "y", [2, 3]))
    let fixed = try Fixed(maker, "products")
    #expect(fixed.kinds == ["FULLY_CONNECTED", "NEG"])
    #expect(fixed.difference < 1e-4)
  }

  @Test func `Weights that two products read are not changed`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 4])
    let matrix = maker.constant("matrix", [3, 4], weights(12))
    let gain = maker.constant("gain", [3], [2, -1, 0.5])
    for name in ["a", "b"] {
      let function = maker.operation(name == "a" ? "TANH" : "LOGISTIC", [x], "f" + name, [2, 4])
      let p = maker.operation(
        "FULLY_CONNECTED", [function, matrix, -1], "p" + name, [2, 3],
        options: OptionTag.fullyConnected)
      maker.output(maker.operation("MUL", [p, gain], name, [2, 3], options: 21))
    }
    #expect(try Fixed(maker, "products").kinds.count { $0 == "MUL" } == 2)
  }

  @Test func `A RESHAPE to rows goes into FULLY_CONNECTED`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 2, 1, 4])
    let shape = maker.integers("shape", [2], [2, 4])
    let rows = maker.operation("RESHAPE", [x, shape], "rows", [2, 4], options: 17)
    maker.output(product(&maker, rows))
    let fixed = try Fixed(maker, "rows")
    #expect(fixed.kinds == ["FULLY_CONNECTED"])
    #expect(fixed.difference == 0)
  }

  @Test func `A product with a constant matrix becomes FULLY_CONNECTED, which takes an activation`()
    throws
  {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 5, 4])
    let matrix = maker.constant("matrix", [4, 3], weights(12))
    let product = maker.operation(
      "BATCH_MATMUL", [x, matrix], "product", [1, 5, 3], options: OptionTag.batchMatMul)
    maker.output(maker.operation("RELU", [product], "y", [1, 5, 3]))
    let fixed = try Fixed(maker, "matrices", "activations")
    #expect(fixed.kinds == ["FULLY_CONNECTED"])
    #expect(fixed.difference < 1e-5)
  }

  @Test func `Inputs get the shapes that the user gives`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let shape = maker.integers("shape", [2], [-1, 2])
    let a = maker.operation("RESHAPE", [x, shape], "a", [2, 2], options: 17)
    let y = maker.operation("TANH", [a], "y", [2, 2])
    for tensor in [x, a, y] { maker.edit(tensor) { $0.shapeSignature = [-1, $0.shape?[1] ?? 0] } }
    maker.output(y)
    for option in [("batch", "3"), ("shape", "x=3x4")] {
      let result = try Optimized(maker.file(), FixStep([option]))
      #expect(result.file.tensor("x")?.shape == [3, 4])
      #expect(result.file.tensor("x")?.shapeSignature == nil)
      #expect(result.file.tensor("y")?.shape == [6, 2])
    }
    #expect(throws: OptimizerFault.noInput(name: "z", known: ["x"])) {
      try Optimized(maker.file(), FixStep([("shape", "z=3x4")]))
    }
  }

  @Test func `A PRELU in pieces becomes one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 2, 2, 3])
    let alpha = maker.constant("alpha", [3], [0.1, 0.2, -0.3])
    let shape: [Int32] = [1, 2, 2, 3]
    let positive = maker.operation("RELU", [x], "positive", shape)
    let minus = maker.operation("NEG", [x], "minus", shape)
    let negative = maker.operation("RELU", [minus], "negative", shape)
    let back = maker.operation("NEG", [negative], "back", shape)
    let scaled = maker.operation("MUL", [alpha, back], "scaled", shape, options: 21)
    maker.output(
      maker.operation("ADD", [positive, scaled], "y", shape, options: OptionTag.add))
    let fixed = try Fixed(maker, "prelu")
    #expect(fixed.kinds == ["PRELU"])
    #expect(fixed.difference == 0)
  }

  @Test func `A sum takes a negation into itself`() throws {
    var maker = ModelMaker()
    let (x, z) = (maker.input("x", [2, 3]), maker.input("z", [2, 3]))
    let zero = maker.constant("zero", [], [0])
    let minus = maker.operation("SUB", [zero, z], "minus", [2, 3], options: 28)
    maker.output(maker.operation("ADD", [x, minus], "y", [2, 3], options: OptionTag.add))
    let fixed = try Fixed(maker, "negations")
    #expect(fixed.kinds == ["SUB"])
    #expect(fixed.difference == 0)
  }

  @Test func `A difference that is added back goes`() throws {
    var maker = ModelMaker()
    let (a, x) = (maker.input("a", [2, 3]), maker.input("x", [2, 3]))
    let b = maker.operation("TANH", [x], "b", [2, 3])
    let difference = maker.operation("SUB", [b, a], "difference", [2, 3], options: 28)
    maker.output(
      maker.operation("ADD", [a, difference], "y", [2, 3], options: OptionTag.add))
    let fixed = try Fixed(maker, "differences")
    #expect(fixed.kinds == ["TANH"])
    #expect(fixed.difference < 1e-6)
  }

  @Test func `A gated update has one operator less`() throws {
    var maker = ModelMaker()
    let (a, b) = (maker.input("a", [1, 3]), maker.input("b", [1, 3]))
    let z = maker.operation("LOGISTIC", [maker.input("z", [1, 3])], "gate", [1, 3])
    let one = maker.constant("one", [], [1])
    let first = maker.operation("MUL", [z, a], "first", [1, 3], options: 21)
    let rest = maker.operation("SUB", [one, z], "rest", [1, 3], options: 28)
    let second = maker.operation("MUL", [rest, b], "second", [1, 3], options: 21)
    maker.output(maker.operation("ADD", [first, second], "y", [1, 3], options: OptionTag.add))
    let fixed = try Fixed(maker, "interpolations")
    #expect(fixed.kinds == ["LOGISTIC", "SUB", "MUL", "ADD"])
    #expect(fixed.difference < 1e-6)
  }

  @Test func `Factors in a row become one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3])
    let two = maker.constant("two", [], [2])
    let gains = maker.constant("gains", [3], [1, 2, 3])
    let a = maker.operation("MUL", [x, two], "a", [2, 3], options: 21)
    maker.output(maker.operation("MUL", [a, gains], "y", [2, 3], options: 21))
    let fixed = try Fixed(maker, "chains")
    #expect(fixed.kinds == ["MUL"])
    #expect(fixed.difference < 1e-6)
  }

  @Test func `HARD_SWISH in pieces becomes one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3])
    let three = maker.constant("three", [], [3])
    let sixth = maker.constant("sixth", [], [1 / 6])
    let sum = maker.operation("ADD", [x, three], "sum", [2, 3], options: OptionTag.add)
    let clipped = maker.operation("RELU6", [sum], "clipped", [2, 3])
    let product = maker.operation("MUL", [x, clipped], "product", [2, 3], options: 21)
    maker.output(maker.operation("MUL", [product, sixth], "y", [2, 3], options: 21))
    let fixed = try Fixed(maker, "functions")
    #expect(fixed.kinds == ["HARD_SWISH"])
    #expect(fixed.difference < 1e-6)
  }

  @Test func `GELU in pieces becomes one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3])
    func constant(_ name: String, _ value: Float) -> Int32 { maker.constant(name, [], [value]) }
    let (half, one) = (constant("half", 0.5), constant("one", 1))
    let (root, cubic) = (constant("root", 0.797_884_56), constant("cubic", 0.044_715))
    let shape: [Int32] = [2, 3]
    let square = maker.operation("MUL", [x, x], "square", shape, options: 21)
    let cube = maker.operation("MUL", [square, x], "cube", shape, options: 21)
    let part = maker.operation("MUL", [cube, cubic], "part", shape, options: 21)
    let sum = maker.operation("ADD", [x, part], "sum", shape, options: OptionTag.add)
    let scaled = maker.operation("MUL", [sum, root], "scaled", shape, options: 21)
    let tanh = maker.operation("TANH", [scaled], "tanh", shape)
    let more = maker.operation("ADD", [tanh, one], "more", shape, options: OptionTag.add)
    let whole = maker.operation("MUL", [x, more], "whole", shape, options: 21)
    maker.output(maker.operation("MUL", [whole, half], "y", shape, options: 21))
    let fixed = try Fixed(maker, "functions")
    #expect(fixed.kinds == ["GELU"])
    #expect(fixed.difference < 1e-6)
  }

  /// The error function by Abramowitz and Stegun 7.1.26, as onnx2tf writes it.
  @Test func `GELU by a polynomial for the error function becomes one`() throws {
    var maker = ModelMaker()
    let shape: [Int32] = [2, 3]
    var count = 0
    func constant(_ value: Float) -> Int32 {
      count += 1
      return maker.constant("c\(count)", [], [value])
    }
    func make(_ kind: String, _ operands: Int32..., options: UInt8 = 0) -> Int32 {
      count += 1
      return maker.operation(kind, operands, "t\(count)", shape, options: options)
    }
    func sum(_ a: Int32, _ b: Int32) -> Int32 { make("ADD", a, b, options: OptionTag.add) }
    func product(_ a: Int32, _ b: Int32) -> Int32 { make("MUL", a, b, options: 21) }
    let x = maker.input("x", shape)
    let z = product(x, constant(Float(0.5).squareRoot()))
    let size = make("ABS", z)
    let t = make(
      "DIV", constant(1), sum(product(size, constant(0.327_591_1)), constant(1)),
      options: DivOptions.activation.tag)
    var polynomial = constant(1.061_405_429)
    for factor: Float in [-1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592] {
      polynomial = sum(product(polynomial, t), constant(factor))
    }
    let power = make("EXP", make("NEG", product(size, size)))
    let rest = product(product(polynomial, t), power)
    let error = product(
      make("SIGN", z), make("SUB", constant(1), rest, options: SubOptions.activation.tag))
    maker.output(product(product(x, constant(0.5)), sum(error, constant(1))))
    let fixed = try Fixed(maker, "functions")
    #expect(fixed.kinds == ["GELU"])
    #expect(fixed.file.model.subgraphs[0].operators[0].builtinOptions?[Gelu.approximate] == false)
    #expect(fixed.difference < 1e-6)
  }

  @Test func `LOGISTIC by powers of e becomes one`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3])
    let one = maker.constant("one", [], [1])
    let power = maker.operation("EXP", [maker.operation("NEG", [x], "n", [2, 3])], "e", [2, 3])
    let sum = maker.operation("ADD", [power, one], "sum", [2, 3], options: OptionTag.add)
    maker.output(
      maker.operation("DIV", [one, sum], "y", [2, 3], options: DivOptions.activation.tag))
    #expect(try Fixed(maker, "functions").kinds == ["LOGISTIC"])
  }

  @Test func `A function that has no operator stays in pieces`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3])
    let gate = maker.operation("LOGISTIC", [x], "gate", [2, 3])
    maker.output(maker.operation("MUL", [x, gate], "y", [2, 3], options: 21))
    #expect(try Fixed(maker, "functions").kinds == ["LOGISTIC", "MUL"])
  }

  @Test func `Powers by their sum become SOFTMAX`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let axis = maker.integers("axis", [1], [1])
    let tag = Reducer.keepDims.tag
    let most = maker.operation("REDUCE_MAX", [x, axis], "most", [1, 1], options: tag)
    maker.configure { $0?[Reducer.keepDims] = true }
    let shifted = maker.operation(
      "SUB", [x, most], "shifted", [1, 8], options: SubOptions.activation.tag)
    let powers = maker.operation("EXP", [shifted], "powers", [1, 8])
    let sum = maker.operation("SUM", [powers, axis], "sum", [1, 1], options: tag)
    maker.configure { $0?[Reducer.keepDims] = true }
    maker.output(
      maker.operation("DIV", [powers, sum], "y", [1, 8], options: DivOptions.activation.tag))
    let fixed = try Fixed(maker, "softmax")
    #expect(fixed.kinds == ["SOFTMAX"])
    #expect(fixed.difference < 1e-6)
  }

  @Test(arguments: [
    ("CONV_2D", false), ("CONV_2D", true), ("DEPTHWISE_CONV_2D", false),
  ])
  func `A convolution of every second element becomes one with dilation`(
    kind: String, isSame: Bool
  ) throws {
    // 7 × 9 elements, a filter of 3 × 3 that reaches over 5, and rows that make blocks of 2 whole.
    let (height, width) = (isSame ? (7, 9) : (3, 5))
    let margin = isSame ? 2 : 0
    let rest = 1
    var maker = ModelMaker()
    let x = maker.input("x", [1, 7, 9, 2])
    let block = maker.integers("block", [2], [2, 2])
    let paddings = maker.integers(
      "paddings", [2, 2],
      [Int32(margin), Int32(margin + rest), Int32(margin), Int32(margin + rest)])
    let crops = maker.integers("crops", [2, 2], [0, Int32(rest), 0, Int32(rest)])
    let isDepthwise = kind == "DEPTHWISE_CONV_2D"
    let filter = maker.constant("filter", isDepthwise ? [1, 3, 3, 2] : [2, 3, 3, 2], weights(36))
    let bias = maker.constant("bias", [2], [1, -2])
    let (rows, columns) = (Int32(7 + 2 * margin + rest) / 2, Int32(9 + 2 * margin + rest) / 2)
    let blocks = maker.operation(
      "SPACE_TO_BATCH_ND", [x, block, paddings], "blocks", [4, rows, columns, 2])
    let product = maker.operation(
      kind, [blocks, filter, bias], "product", [4, rows - 2, columns - 2, 2],
      options: isDepthwise ? OptionTag.depthwiseConv2D : OptionTag.conv2D)
    maker.configure {
      $0?[Conv2D.padding] = 1
      $0?[Conv2D.strideH] = 1
      $0?[Conv2D.strideW] = 1
      $0?[DepthwiseConv2D.padding] = 1
      $0?[DepthwiseConv2D.strideH] = 1
      $0?[DepthwiseConv2D.strideW] = 1
      $0?[OptionKey<Int32>("DepthwiseConv2DOptions", "depth_multiplier")] = 1
    }
    maker.output(
      maker.operation(
        "BATCH_TO_SPACE_ND", [product, block, crops], "y", [1, Int32(height), Int32(width), 2]))
    let fixed = try Fixed(maker, "dilations")
    #expect(fixed.kinds == [kind])
    #expect(fixed.difference < 1e-5)
  }

  @Test(arguments: ["LEAKY_RELU", "PRELU"])
  func `A choice by the sign becomes one operator`(kind: String) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 4, 3])
    let zero = maker.constant("zero", [], [0])
    let isOne = kind == "LEAKY_RELU"
    let factor = maker.constant("factor", isOne ? [] : [3], isOne ? [0.3] : [0.3, -2, 5])
    let isPositive = maker.operation("GREATER", [x, zero], "positive", [2, 4, 3])
    maker.edit(isPositive) { $0.type = .bool }
    let scaled = maker.operation("MUL", [x, factor], "scaled", [2, 4, 3], options: 21)
    maker.output(maker.operation("SELECT_V2", [isPositive, x, scaled], "y", [2, 4, 3]))
    let fixed = try Fixed(maker, "selects")
    #expect(fixed.kinds == [kind])
    #expect(fixed.difference == 0)
  }

  @Test func `Blocks that go into the depth are SPACE_TO_DEPTH`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4, 6, 3])
    let split = maker.integers("split", [6], [1, 2, 2, 3, 2, 3])
    let order = maker.integers("order", [6], [0, 1, 3, 2, 4, 5])
    let shape = maker.integers("shape", [4], [1, 2, 3, 12])
    let a = maker.operation("RESHAPE", [x, split], "a", [1, 2, 2, 3, 2, 3], options: 17)
    let b = maker.operation("TRANSPOSE", [a, order], "b", [1, 2, 3, 2, 2, 3])
    maker.output(maker.operation("RESHAPE", [b, shape], "y", [1, 2, 3, 12], options: 17))
    let fixed = try Fixed(maker, "shuffles")
    #expect(fixed.kinds == ["SPACE_TO_DEPTH"])
    #expect(fixed.difference == 0)
  }

  @Test func `SPLIT_V into equal parts, and an empty one that nothing reads, is SPLIT`() throws {
    let key = OptionKey<Int32>("SplitVOptions", "num_splits")
    for last in [Int32(0), 1] {
      var maker = ModelMaker()
      let x = maker.input("x", [2, 6 + last])
      let widths = maker.integers("widths", [3], [3, 3, -1])
      let axis = maker.integers("axis", [], [-1])
      let parts = maker.operation(
        "SPLIT_V", [x, widths, axis], ["a", "b", "c"], [2, 3], options: key.tag)
      maker.edit(parts[2]) { $0.shape = [2, last] }
      maker.configure { $0?[key] = 3 }
      maker.output(maker.operation("TANH", [parts[0]], "y", [2, 3]))
      maker.output(maker.operation("TANH", [parts[1]], "z", [2, 3]))
      let fixed = try Fixed(maker, "splits")
      #expect(fixed.kinds == [last == 0 ? "SPLIT" : "SPLIT_V", "TANH", "TANH"])
      #expect(fixed.difference == 0)
    }
  }
}

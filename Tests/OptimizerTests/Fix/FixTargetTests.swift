import TFLite
import Targets
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// Rules for targets: the target takes what they make, and the interpreter on the model before judges.
@Suite struct FixTargetTests {
  /// Rewrites for a target by one rule, and expects that it then runs everything.
  func fixed(
    _ maker: ModelMaker, _ target: String, _ rule: String, within tolerance: Float = 0
  ) throws -> [String] {
    let file = try maker.file()
    let fixed = try Fixed(file, options: [("target", target), ("rules", rule)])
    #expect(fixed.difference <= tolerance)
    let result = try #require(fixed.result.target)
    #expect(result.isBetter && result.after.isFull && result.before.refused > 0)
    return fixed.kinds
  }

  /// An operator of one tensor.
  func function(
    _ kind: String, _ shape: [Int32] = [1, 4, 4, 8], _ made: [Int32]? = nil, options: UInt8 = 0,
    constants: (inout ModelMaker) -> [Int32] = { _ in [] },
    change: (inout Options?) -> Void = { _ in }
  ) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", shape)
    maker.output(
      maker.operation(kind, [x] + constants(&maker), "y", made ?? shape, options: options))
    maker.configure(change)
    return maker
  }

  @Test func `HARD_SWISH becomes its definition where the target lacks it`() throws {
    let kinds = try fixed(function("HARD_SWISH"), "edgetpu", "hard-swish", within: 1e-6)
    #expect(kinds == ["ADD", "RELU6", "MUL", "MUL"])
  }

  @Test func `Nothing is rewritten that the target takes`() throws {
    let file = try function("HARD_SWISH").file()
    let fixed = try Fixed(file, options: [("target", "ethos-u55")])
    #expect(fixed.kinds == ["HARD_SWISH"])
    #expect(fixed.result.target?.isBetter == false)
  }

  @Test func `LEAKY_RELU becomes the greater of x and a multiple`() throws {
    let leaky = function("LEAKY_RELU", options: LeakyRelu.alpha.tag) { _ in
      []
    } change: {
      $0?[LeakyRelu.alpha] = 0.3
    }
    #expect(try fixed(leaky, "edgetpu", "leaky") == ["MUL", "MAXIMUM"])
  }

  @Test func `PRELU with factors above 1 and below 0 becomes RELU and MINIMUM`() throws {
    let prelu = function(
      "PRELU", constants: { [$0.constant("alpha", [4, 4, 8], weights(128))] })
    #expect(
      try fixed(prelu, "edgetpu", "leaky", within: 1e-6) == ["RELU", "MINIMUM", "MUL", "ADD"])
  }

  @Test func `GELU is rewritten where it is the one with TANH, never the exact one`() throws {
    func gelu(_ isApproximate: Bool) -> ModelMaker {
      function("GELU", options: Gelu.approximate.tag) { _ in
        []
      } change: {
        $0?[Gelu.approximate] = isApproximate
      }
    }
    let kinds = try fixed(gelu(true), "edgetpu", "gelu", within: 2e-6)
    #expect(kinds.contains("TANH") && !kinds.contains("GELU"))
    let exact = try Fixed(try gelu(false).file(), options: [("target", "edgetpu")])
    #expect(exact.kinds == ["GELU"])
  }

  @Test(arguments: [
    ("SQUARE", "edgetpu", ["MUL"]), ("NEG", "edgetpu", ["MUL"]),
    ("ABS", "edgetpu", ["MUL", "MAXIMUM"]),
  ])
  func `Functions become products`(kind: String, target: String, kinds: [String]) throws {
    #expect(try fixed(function(kind), target, "arithmetic") == kinds)
  }

  @Test func `A square of differences becomes SUB and MUL`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4, 8])
    let y = maker.input("y", [1, 4, 8])
    maker.output(maker.operation("SQUARED_DIFFERENCE", [x, y], "z", [1, 4, 8]))
    #expect(try fixed(maker, "edgetpu", "arithmetic") == ["SUB", "MUL"])
  }

  @Test func `A quotient by constants becomes a product`() throws {
    let quotient = function(
      "DIV", options: DivOptions.activation.tag,
      constants: { [$0.constant("divisor", [8], [1, 2, 3, 4, -5, 6, 7, 8])] })
    #expect(try fixed(quotient, "ethos-u55", "quotients", within: 1e-6) == ["MUL"])
  }

  @Test func `A root becomes a product with RSQRT`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let square = maker.operation("MUL", [x, x], "square", [1, 8], options: 21)
    maker.output(maker.operation("SQRT", [square], "y", [1, 8]))
    #expect(
      try fixed(maker, "ethos-u55", "roots", within: 1e-6) == ["MUL", "MAXIMUM", "RSQRT", "MUL"])
  }

  @Test func `EXPAND_DIMS and SQUEEZE become RESHAPE`() throws {
    let expanded = function("EXPAND_DIMS", [2, 3], [2, 1, 3]) { [$0.integers("axis", [1], [1])] }
    #expect(try fixed(expanded, "gpu", "unit-axes") == ["RESHAPE"])
  }

  @Test func `UNPACK becomes a SLICE and a RESHAPE for each part that is read`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3, 4])
    let parts = maker.operation(
      "UNPACK", [x], ["a", "b", "c"], [2, 4], options: Unpack.axis.tag)
    maker.configure {
      $0?[Unpack.axis] = 1
      $0?[Unpack.count] = 3
    }
    maker.output(parts[0])
    maker.output(parts[2])
    #expect(try fixed(maker, "gpu", "cuts") == ["SLICE", "RESHAPE", "SLICE", "RESHAPE"])
  }

  @Test func `A slice of two axes that takes one away gets the axes that the target slices`() throws
  {
    var maker = ModelMaker()
    let x = maker.input("x", [3, 8])
    let bounds = [[Int32(-2), 2], [0, 6], [1, 1]].enumerated().map {
      maker.integers("bounds\($0)", [2], $1)
    }
    maker.output(
      maker.operation(
        "STRIDED_SLICE", [x] + bounds, "y", [4], options: StridedSlice.beginMask.tag))
    maker.configure { $0?[StridedSlice.shrinkAxisMask] = 1 }
    #expect(try fixed(maker, "gpu", "cuts") == ["RESHAPE", "SLICE", "RESHAPE"])
  }

  @Test func `Copies become CONCATENATION`() throws {
    let tiled = function("TILE", [1, 2, 3], [1, 4, 9]) { [$0.integers("n", [3], [1, 2, 3])] }
    #expect(try fixed(tiled, "edgetpu", "joins") == ["CONCATENATION", "CONCATENATION"])
    let spread = function("BROADCAST_TO", [3, 1], [2, 3, 4]) {
      [$0.integers("shape", [3], [2, 3, 4])]
    }
    #expect(
      try fixed(spread, "gpu", "joins") == ["RESHAPE", "CONCATENATION", "CONCATENATION"])
  }

  @Test func `DEPTH_TO_SPACE becomes the rows of its blocks`() throws {
    let shuffle = function(
      "DEPTH_TO_SPACE", [1, 3, 2, 18], [1, 9, 6, 2], options: DepthToSpace.blockSize.tag
    ) { _ in
      []
    } change: {
      $0?[DepthToSpace.blockSize] = 3
    }
    let kinds = try fixed(shuffle, "ethos-u55", "depth-to-space")
    #expect(kinds.count { $0 == "SLICE" } == 3 && kinds.count == 8)
  }

  @Test func `A fused activation leaves pooling`() throws {
    let pool = function(
      "AVERAGE_POOL_2D", [1, 4, 4, 2], [1, 2, 2, 2], options: Pool2D.padding.tag
    ) { _ in
      []
    } change: {
      $0?[Pool2D.strideW] = 2
      $0?[Pool2D.strideH] = 2
      $0?[Pool2D.filterW] = 2
      $0?[Pool2D.filterH] = 2
      $0?[Pool2D.activation] = 3
    }
    #expect(try fixed(pool, "edgetpu", "unfused") == ["AVERAGE_POOL_2D", "RELU6"])
  }

  @Test(arguments: [(4, 0, 1), (5, 0, 2), (4, 1, 2)])
  func `Wide steps along an axis go into the depth`(step: Int, padding: Int, axis: Int) throws {
    func shape(_ first: Int32, _ length: Int, _ last: Int32) -> [Int32] {
      axis == 1 ? [first, Int32(length), 1, last] : [first, 1, Int32(length), last]
    }
    var maker = ModelMaker()
    let x = maker.input("x", shape(1, 19, 2))
    let filter = maker.constant("filter", shape(3, 7, 2), weights(42))
    let bias = maker.constant("bias", [3], [1, -2, 3])
    let made = padding == 0 ? (19 + step - 1) / step : (19 - 7) / step + 1
    maker.output(
      maker.operation(
        "CONV_2D", [x, filter, bias], "y", shape(1, made, 3), options: OptionTag.conv2D))
    maker.configure {
      $0?[Conv2D.padding] = Int8(padding)
      $0?[Conv2D.strideH] = Int32(axis == 1 ? step : 1)
      $0?[Conv2D.strideW] = Int32(axis == 2 ? step : 1)
    }
    let source = try maker.file()
    let fixed = try Fixed(source, options: [("target", "ethos-u55")])
    #expect(fixed.difference <= 1e-5)
    // Without padding Vela takes wide steps as they are.
    #expect(fixed.kinds == (padding == 0 ? ["PAD", "RESHAPE", "CONV_2D"] : ["CONV_2D"]))
    #expect(fixed.result.target?.after.isFull == true)
  }

  @Test func `Operands get the shape of the result`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 3, 4, 8])
    let row = maker.input("row", [4, 8])
    let table = maker.constant("table", [3, 1, 8], weights(24))
    let sum = maker.operation(
      "ADD", [x, row], "sum", [1, 3, 4, 8], options: OptionTag.add)
    maker.output(
      maker.operation(
        "MUL", [sum, table], "y", [1, 3, 4, 8], options: MulOptions.activation.tag))
    let kinds = try fixed(maker, "gpu", "operands")
    #expect(kinds == ["RESHAPE", "RESHAPE", "ADD", "RESHAPE", "MUL"])
  }

  @Test func `An operand that is no run of axes is copied`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [2, 3, 4, 8])
    let row = maker.input("row", [2, 1, 4, 1])
    maker.output(maker.operation("ADD", [x, row], "sum", [2, 3, 4, 8], options: OptionTag.add))
    #expect(try fixed(maker, "gpu", "operands") == ["TILE", "ADD"])
  }

  @Test func `MediaPipe's transposed convolution becomes TRANSPOSE_CONV`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 3, 4, 2])
    let filter = maker.constant("filter", [3, 2, 2, 2], weights(24))
    let bias = maker.constant("bias", [3], [1, -2, 3])
    maker.output(maker.operation("CUSTOM", [x, filter, bias], "y", [1, 6, 8, 3]))
    var file = try maker.file()
    let code = Int(file.model.subgraphs[0].operators[0].opcodeIndex)
    file.model.operatorCodes[code].customCode = "Convolution2DTransposeBias"
    file.model.subgraphs[0].operators[0].builtinOptions = nil
    file.model.subgraphs[0].operators[0].customOptions = [UInt8](of: [Int32(1), 2, 2])
    let fixed = try Fixed(file, options: [("target", "gpu")])
    #expect(fixed.kinds == ["TRANSPOSE_CONV"])
    #expect(fixed.difference <= 1e-6)
    #expect(fixed.result.target?.after.isFull == true)
    // What is only remembered to run is rewritten once more.
    let twice = try Fixed(file, options: [("target", "edgetpu")])
    #expect(twice.kinds.contains("CONV_2D") && twice.difference <= 1e-5)
    #expect(twice.result.target?.after.isFull == true)
  }

  @Test(
    "What check says beforehand is what fix gives",
    arguments: ["transpose_conv_prelu", "gru_while", "keyword_1d", "sequence_lstm", "lstm_while"])
  func outlook(name: String) throws {
    let source = try Fixtures.open(name)
    for target in Target.all {
      guard let outlook = FixOutlook(of: source, for: target) else { continue }
      var options: [(key: String, value: String)] = [("target", target.name)]
      if outlook.needsBatch { options.append(("batch", "1")) }
      let fixed = try Fixed(source, options: options)
      let result = try #require(fixed.result.target)
      let written = Standing(of: fixed.file, on: target, target.lens)
      #expect(result.after.runs == outlook.result.after.runs, "\(target.name)")
      #expect(result.after.parts == outlook.result.after.parts, "\(target.name)")
      #expect(written.runs == outlook.result.after.runs, "\(target.name)")
      #expect(written.parts == outlook.result.after.parts, "\(target.name)")
    }
  }
}
